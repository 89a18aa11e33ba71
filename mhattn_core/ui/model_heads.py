"""One model's part in a comparison: its heads, measured."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mhattn_core.charts.glance import PICKED
from mhattn_core.errors import Problem
from mhattn_core.findings.heads.compared import ModelHeads
from mhattn_core.locale import _, listed
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


def heads_in(run: Run, model: str) -> pd.DataFrame:
    """A model's heads over all pairs of a run."""
    if model not in run.models:
        raise Problem(
            _("The chosen run did not measure {name}.").format(name=model),
            _("Choose one of its models: {models}. Or measure the same pairs with {name} under “Data”.").format(
                models=listed(run.models), name=model
            ),
        )
    return run.heads[(run.heads["model"] == model) & (run.heads["group"] == "")]


def clicks() -> int:
    """How many heads were clicked so far; drawn into a chart, it lets the same head be clicked again after another."""
    return int(st.session_state.get(CLICKS, 0))


def picked(chart: str) -> tuple[int, int] | None:
    """Layer and head that were clicked in the chart of this key. For its ``on_select``."""
    found: list[Mapping[str, int]] = st.session_state[chart].selection.get(PICKED, [])
    st.session_state[CLICKS] = clicks() + 1
    return (found[0]["layer"], found[0]["head"]) if found else None
