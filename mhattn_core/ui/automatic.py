"""A box in which a page has already chosen something, and says what; a person may choose otherwise."""

from collections.abc import Mapping

import streamlit as st

AUTOMATIC = "auto"


def choose_or_leave(label: str, offered: Mapping[str, str], automatic: str, *, key: str, help: str) -> str | None:
    """One of ``offered`` (names, and how they are shown), or None for the page's own choice, which ``automatic`` says. The address carries it;
    what is not offered, such as a head of another model, gives way."""
    if st.session_state.get(key, AUTOMATIC) not in (AUTOMATIC, *offered):
        st.session_state[key] = AUTOMATIC
    labels = {AUTOMATIC: automatic, **offered}
    chosen = st.selectbox(label, list(labels), format_func=labels.__getitem__, key=key, bind="query-params", help=help)
    return None if chosen == AUTOMATIC else str(chosen)
