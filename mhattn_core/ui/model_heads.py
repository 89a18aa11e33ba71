"""One model's part in a comparison: its heads, measured."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mhattn_core.charts.glance import PICKED
from mhattn_core.findings.heads.compared import ModelHeads, heads_in
from mhattn_core.runs.run import Run
from mhattn_core.ui.resources import HASHES

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

CLICKS = "clicks"


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def heads_on_pair(seen: "AttentionResult") -> pd.DataFrame:
    """All basic measures of all heads of a model on one pair, measured once."""
    from mhattn_core.experiments.heads_table import heads_table

    return heads_table(seen)


def compared(seen: "AttentionResult", stack: str, run: Run | None) -> ModelHeads:
    """What the run says of the model, or else the pair. Raises Problem for a model that the run does not have."""
    heads = heads_on_pair(seen) if run is None else heads_in(run, seen.model.name)
    return ModelHeads(seen, stack, heads[heads["stack"] == stack], run)


def clicks() -> int:
    """How many heads were clicked so far; drawn into a chart, it lets the same head be clicked again after another."""
    return int(st.session_state.get(CLICKS, 0))


def picked(chart: str) -> tuple[int, int] | None:
    """Layer and head that were clicked in the chart of this key. For its ``on_select``."""
    found: list[Mapping[str, int]] = st.session_state[chart].selection.get(PICKED, [])
    st.session_state[CLICKS] = clicks() + 1
    return (found[0]["layer"], found[0]["head"]) if found else None
