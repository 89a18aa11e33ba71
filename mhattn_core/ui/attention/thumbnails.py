"""All heads of one model, small, beside what is drawn in full."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mhattn_core.findings.attention.all_heads import glance_table, heads_at_a_glance
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.locale import _
from mhattn_core.ui.attention.heads import Seen
from mhattn_core.ui.head_choice import HEAD, key_for, take_head
from mhattn_core.ui.names import known_names
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.show import show

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

TALLEST = 400
"""Pixels that all layers together may take beside the chart."""


@st.cache_data(max_entries=48, show_spinner=False, hash_funcs=HASHES)
def _cached_table(seen: "AttentionResult", stack: str, largest: float | None) -> pd.DataFrame:
    return glance_table(seen.words(stack), largest=largest)


def thumbnails_panel(seen: Sequence[Seen], shown: Sequence[Shown], *, largest: float | None) -> None:
    """The heads of the model in the box above them; a click opens one. largest: where the colours end."""
    number = 0
    labels = [_("All heads of {name}").format(name=known_names().name(one.name)) for one in seen]
    if len(seen) > 1:
        number = st.selectbox(
            _("All heads of"),
            range(len(seen)),
            format_func=labels.__getitem__,
            key="heads-of",
            label_visibility="collapsed",
        )
    one = seen[number]
    finding = heads_at_a_glance(one.result, one.stack, _cached_table(one.result, one.stack, largest))
    show(
        finding,
        key=f"glance-{one.place}",
        on_pick=partial(take_head, key=key_for(HEAD, one.place)),
        sentence=False,
        chosen=shown[number].head.cell,
        tallest=TALLEST,
    )
