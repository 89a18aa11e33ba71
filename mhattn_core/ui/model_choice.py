"""Which of several models a page, or a part of it, takes apart."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.ui.page import escape
from mhattn_core.ui.sidebar import Controls

MODEL = "model"
"""The state key, and parameter of the address, which holds the name and not the label: there, signs are escaped."""


def choose_model(controls: Controls) -> int:
    """The place in the sidebar of the model that is taken apart."""
    return controls.models.index(choose_name(controls.models))


def choose_name(names: Sequence[str]) -> str:
    """One of these models; without a choice where there is one only."""
    if len(names) == 1:
        return names[0]
    state = st.session_state
    if state.get(MODEL) not in names:
        asked = st.query_params.get(MODEL, "")
        state[MODEL] = asked if asked in names else names[0]
    return str(st.segmented_control(_("Model"), names, format_func=escape, required=True, key=MODEL, on_change=_write))


def take_model(name: str) -> None:
    """Choose without the widget: what a click in a model's chart does."""
    st.session_state[MODEL] = st.query_params[MODEL] = name


def _write() -> None:
    st.query_params[MODEL] = st.session_state[MODEL]
