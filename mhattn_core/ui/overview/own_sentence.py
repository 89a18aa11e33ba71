"""A sentence of the reader's own, typed on a page, becomes the pair of the sidebar."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.ui.navigation import page_file
from mhattn_core.ui.pair_choice import take_pair

LONGEST = 2000


def own_sentence() -> None:
    """Two boxes, and a button that opens Attention with what was typed."""
    with st.form("own", border=False):
        first = st.text_input(
            _("A sentence in any language"),
            max_chars=LONGEST,
            placeholder=_("for example: The dog that barked chased the cat"),
        )
        second = st.text_input(_("A second one, or its translation (may be empty)"), max_chars=LONGEST)
        if st.form_submit_button(_("Show attention"), icon=":material/grid_on:") and first.strip():
            take_pair(SentencePair(first, second))
            st.switch_page(page_file("Attention"))
