"""What all heads of the shown models give to the regions of the text as fed."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.heads.marked_regions import marked_regions_of_pair
from mhattn_core.findings.heads.regions import regions_of_pair
from mhattn_core.locale import _
from mhattn_core.text.marks import with_mark
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.perturb import numbered
from mhattn_core.ui.page import problems
from mhattn_core.ui.pair_choice import take_pair
from mhattn_core.ui.show import show


def regions_panel(heads: Sequence[Shown]) -> None:
    """Nothing is computed until the fold is open."""
    fold = st.expander(
        _("Share of each region of the text"), icon=":material/segment:", key="regions-opened", on_change="rerun"
    )
    if fold.open:
        with fold:
            if not heads[0].result.pair.feeding.is_generated:  # the second sentence is then not the visitor's
                _mark_words(heads[0].result.pair)
            if heads[0].result.pair.marks:
                show(marked_regions_of_pair(heads), key="marked-regions")
            chosen = tuple((one.model, *one.head.cell) for one in heads)
            show(regions_of_pair([(one.result, one.head.stack) for one in heads]), key="regions", chosen=chosen)


def _mark_words(pair: SentencePair) -> None:
    """A region of one's own, from one word to another; it becomes a mark in the sentence."""
    words = numbered(pair)
    with st.container(horizontal=True, vertical_alignment="bottom"), problems():
        first, last = (
            st.selectbox(label, list(words), format_func=words.__getitem__, key=f"mark-{label}")
            for label in (_("From word"), _("To word"))
        )
        name = st.text_input(_("Name of the region"), key="mark-name", max_chars=40)
        if st.button(_("Mark it"), icon=":material/ink_highlighter:", disabled=not name.strip()):
            take_pair(with_mark(pair, int(first), int(last), name))
            st.rerun()
