"""How the pair of the sidebar is fed; the address says which way, and no text that was typed."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.feeding import AS_PAIR, CHAT, PAIR, A, B, Feeding
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.page import problems

FEED, OWN, TEMPLATE, SYSTEM = "feed", "own", "feed-template", "feed-system"
EXAMPLE = f"Premise: {A}\nHypothesis: {B}"
LONGEST = 5_000


def choose_feeding() -> Feeding:
    """As a pair where a template cannot be one, which is told."""
    ways = {PAIR: _("as a pair"), CHAT: _("as a chat"), OWN: _("in a template of your own")}
    way = choose(_("Feed it"), ways, key=FEED, persist=True, help_text=prose("feeding"))
    if way == PAIR:
        return AS_PAIR
    if way == CHAT:
        return Feeding(CHAT, _typed(_("System text (may be empty)"), SYSTEM).strip())
    st.session_state.setdefault(TEMPLATE, EXAMPLE)
    with problems():
        return Feeding(_typed(_("Template"), TEMPLATE))
    return AS_PAIR


def _typed(label: str, key: str) -> str:
    return st.text_area(label, key=key, height=68, persist_state="session", max_chars=LONGEST)
