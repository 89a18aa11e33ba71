"""One model's part in a comparison: its heads, measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
import streamlit as st

from mhattn_core.attention import Seen
from mhattn_core.charts.glance import PICKED
from mhattn_core.measures.heads import heads_table
from mhattn_core.ui.head_choice import head_name
from mhattn_core.ui.resources import HASHES

CLICKS = "clicks"


@dataclass(frozen=True)
class Compared:
    """One stack of a model. ``place``: the model's in the sidebar; ``heads``: its rows of ``heads_table``, or of a run's table."""

    place: int
    seen: Seen
    stack: str
    heads: pd.DataFrame

    @property
    def name(self) -> str:
        return self.seen.model.name

    @property
    def source(self) -> str:
        """The model with its revision, for files that leave the dashboard."""
        return f"{self.name}@{self.seen.model.revision}"

    def of(self, measure: str) -> pd.DataFrame:
        """The rows of one measure."""
        return self.heads[self.heads["measure"] == measure]


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def heads_of(seen: Seen) -> pd.DataFrame:
    """All basic measures of all heads of a model on one pair, measured once."""
    return heads_table(seen)


def compared(seen: Seen, stack: str, place: int) -> Compared:
    heads = heads_of(seen)
    return Compared(place, seen, stack, heads[heads["stack"] == stack])


class Chosen(NamedTuple):
    """A head of one of several models."""

    model: str
    stack: str
    layer: int
    head: int


def full_name(model: str, layer: int, head: int) -> str:
    """How a head of one of several models is named: ``minilm · L3 H7``."""
    return f"{model} · {head_name(layer, head)}"


def clicks() -> int:
    """How many heads were clicked so far; drawn into a chart, it lets the same head be clicked again after another."""
    return int(st.session_state.get(CLICKS, 0))


def picked(chart: str) -> tuple[int, int] | None:
    """Layer and head that were clicked in the chart of this key. For its ``on_select``."""
    found: list[Mapping[str, int]] = st.session_state[chart].selection.get(PICKED, [])
    st.session_state[CLICKS] = clicks() + 1
    return (found[0]["layer"], found[0]["head"]) if found else None
