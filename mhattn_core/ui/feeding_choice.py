"""How the pair of the sidebar is fed; the address says which way, and no text that was typed."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.feeding import AS_PAIR, CHAT, EXAMPLE, PAIR, Feeding
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.page import problems

TEMPLATE = "feed-template"


def choose_feeding() -> Feeding:
    """As a pair where a template cannot be one, which is told."""
    ways = {PAIR: _("as a pair"), CHAT: _("as a chat"), "own": _("in a template of your own")}
    way = choose(_("Feed it"), ways, key="feed", persist=True, help_text=prose("feeding"))
    if way == CHAT:
        return Feeding(CHAT, _typed(_("System text (may be empty)"), "feed-system").strip())
    if way != PAIR:
        st.session_state.setdefault(TEMPLATE, EXAMPLE)
        with problems():
            return Feeding(_typed(_("Template"), TEMPLATE))
    return AS_PAIR


def _typed(label: str, key: str) -> str:
    return st.text_area(label, key=key, height=68, persist_state="session", max_chars=5_000)
