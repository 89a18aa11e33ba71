"""What the reader has chosen, and not the page: it goes with them from page to page."""

from collections.abc import Iterable

import streamlit as st

from mhattn_core.ui.controls import MODELS

CHOSEN = "chosen"


def choose_for_good(key: str) -> None:
    """From now on the choice is the reader's; for callbacks too."""
    st.session_state.setdefault(CHOSEN, set()).add(key)


def take_models(names: Iterable[str]) -> None:
    """Make these the models of the sidebar, as if the reader had chosen them; in a callback only."""
    choose_for_good(MODELS)
    st.session_state[MODELS] = list(dict.fromkeys(names))


def take_model_in_place(place: int, name: str) -> None:
    """Put a model of the sidebar in the place of another; in a callback only."""
    models = st.session_state[MODELS]
    take_models([*models[:place], name, *models[place + 1 :]])
