"""The dashboard's own parts: inside mhattn_core the only room that imports streamlit."""

from mhattn_core.ui.claim_panel import claim_panel
from mhattn_core.ui.head_panel import note_panel
from mhattn_core.ui.model_panel import model_panel
from mhattn_core.ui.navigation import page_file, start
from mhattn_core.ui.page import page, problems
from mhattn_core.ui.sidebar import sidebar, take_pair

__all__ = ["claim_panel", "model_panel", "note_panel", "page", "page_file", "problems", "sidebar", "start", "take_pair"]
