"""Tabs of which only the open one is computed, and which stand in the address."""

from collections.abc import Mapping

import streamlit as st

from mhattn_core.locale import current_language


def open_tab(labels: Mapping[str, str], *, key: str = "tab") -> str:
    """Draw tabs, name → label in the reader's language, and return the name of the open one; what is drawn next belongs
    to it.

    key: the parameter of the address. Labels may not stand there, or a link would not open in another language; so
    names do.
    """
    names = {label: name for name, label in labels.items()}
    state = f"{key}-{current_language()}"
    if state not in st.session_state:
        st.session_state[state] = labels.get(st.query_params.get(key, ""), next(iter(names)))

    def write() -> None:
        st.query_params[key] = names[st.session_state[state]]

    st.tabs(list(names), key=state, on_change=write)
    return names[st.session_state[state]]
