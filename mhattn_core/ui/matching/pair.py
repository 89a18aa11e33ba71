"""A matched pair of heads: both profiles, and both patterns on the sidebar's pair."""

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.matching.matched import Matched
from mhattn_core.findings.matching.pair import ends_of, matched_pair
from mhattn_core.findings.relations.words import direction_labels
from mhattn_core.heads import ModelHead
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.names import model_label
from mhattn_core.ui.show import show
from mhattn_core.ui.unknown import may_draw


def pair_panel(found: Matched, pair: int, controls: Controls) -> None:
    """Below the picture: one pair in full."""
    show(matched_pair(found, pair, direction_labels()), key="matched-profiles")
    for place, (column, head) in enumerate(zip(st.columns(2), ends_of(found, pair), strict=True)):
        with column:
            st.markdown(f"**{model_label(head.name)}** · `{head.stack}`")
            _pattern(head, place, controls)


def _pattern(head: ModelHead, place: int, controls: Controls) -> None:
    try:
        seen = attended_with_progress(head.model, controls)
    except Problem as problem:
        st.info(escape(f"{problem.happened} {problem.remedy}"))
        return
    if may_draw(seen, head.stack, place):
        head_panel(seen, head.within, place, units="words", same_scale=False)
