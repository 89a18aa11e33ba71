"""The dashboard's own parts: inside mhattn_core the only room that imports streamlit."""

from mhattn_core.ui.address import shared
from mhattn_core.ui.chips import chips
from mhattn_core.ui.claim_panel import claim_panel
from mhattn_core.ui.head_choice import AUTOMATIC, choose_head, choose_stack, head_name, parse_head
from mhattn_core.ui.head_panel import glance_panel, head_panel, note_panel
from mhattn_core.ui.language import set_language
from mhattn_core.ui.navigation import is_built, link, navigation, page_file, page_title
from mhattn_core.ui.page import badge, escape, page, problems, wide_and_narrow
from mhattn_core.ui.resources import attended, loaded
from mhattn_core.ui.sidebar import Controls, sidebar, take_sentence
from mhattn_core.ui.unknown import may_draw

__all__ = [
    "AUTOMATIC", "Controls", "attended", "badge", "chips", "claim_panel", "choose_head", "choose_stack", "escape", "glance_panel", "head_name", "head_panel", "is_built",
    "link", "loaded", "may_draw", "navigation", "note_panel", "page", "page_file", "page_title", "parse_head", "problems", "set_language", "shared", "sidebar",
    "take_sentence", "wide_and_narrow",
]  # fmt: skip
