"""What the reader has chosen, and not the page: it goes with them from page to page."""

import streamlit as st

CHOSEN = "chosen"


def choose_for_good(key: str) -> None:
    """From now on the choice is the reader's; for callbacks too."""
    st.session_state.setdefault(CHOSEN, set()).add(key)
