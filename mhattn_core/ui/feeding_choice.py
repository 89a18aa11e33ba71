"""How a pair is fed, that of the sidebar or those of a new run; the address says which way, and no text that was typed."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.feeding import AS_PAIR, CHAT, EXAMPLE, GENERATED, NEW_TOKENS, PAIR, Feeding, most_new_tokens
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.page import problems


def choose_feeding(key: str = "feed") -> Feeding:
    """As a pair where a template cannot be one, which is told. key: of the choice; those of what is typed begin with it."""
    ways = {PAIR: _("as a pair"), CHAT: _("as a chat"), GENERATED: _("with what the model writes")}
    ways["own"] = _("in a template of your own")
    way = choose(_("Feed it"), ways, key=key, persist=True, help_text=prose("feeding"))
    if way in (CHAT, GENERATED):
        system = _typed(_("System text (may be empty)"), f"{key}-system").strip()
        return Feeding(way, system, _tokens(f"{key}-tokens") if way == GENERATED else 0)
    if way != PAIR:
        st.session_state.setdefault(f"{key}-template", EXAMPLE)
        with problems():
            return Feeding(_typed(_("Template"), f"{key}-template"))
    return AS_PAIR


def _typed(label: str, key: str) -> str:
    return st.text_area(label, key=key, height=68, persist_state="session", max_chars=5_000)


def _tokens(key: str) -> int:
    st.session_state.setdefault(key, NEW_TOKENS)
    tokens = st.number_input(_("Tokens that it writes at most"), 1, most_new_tokens(), key=key, persist_state="session")
    st.caption(_("The second sentence is not read: each model writes its own, the likeliest token each time."))
    return tokens
