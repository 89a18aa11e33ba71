"""Which of the sidebar's models a page about one model takes."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.ui.sidebar import Controls


def choose_model(controls: Controls) -> int:
    """The place in the sidebar of the model that is taken apart."""
    if len(controls.models) == 1:
        return 0
    name = st.segmented_control(_("Model"), controls.models, default=controls.models[0], required=True, key="model", bind="query-params")
    return controls.models.index(name) if name in controls.models else 0
