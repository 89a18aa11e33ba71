"""A box in which a page has already chosen something, and says what; a person may choose otherwise."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

AUTOMATIC = "auto"


def relabel(key: str, labels: Any) -> None:
    """Before a box whose options are called something else than at its last run: a browser shows the old label until
    the value is set anew.
    """
    state = st.session_state
    if key in state and state.get(f"{key}-labels", labels) != labels:
        state[key] = state[key]
    state[f"{key}-labels"] = labels


def choose_or_leave(label: str, offered: Mapping[str, str], automatic: str, *, key: str, help: str) -> str | None:
    """One of ``offered`` (names, and how they are shown), or None for the page's own choice, which ``automatic`` says.
    The address carries it; what is not offered, such as a head of another model, gives way."""
    if st.session_state.get(key, AUTOMATIC) not in (AUTOMATIC, *offered):
        st.session_state[key] = AUTOMATIC
    labels = {AUTOMATIC: automatic, **offered}
    relabel(key, labels)
    chosen = st.selectbox(label, list(labels), format_func=labels.__getitem__, key=key, bind="query-params", help=help)
    return None if chosen == AUTOMATIC else str(chosen)
