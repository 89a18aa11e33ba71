"""Fusion: what each head adds to the sum that a layer passes on."""

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.prose import prose

controls = ui.sidebar("Fusion")
ui.page(
    _("Head contributions"),
    _("What does each head add?"),
    reading=prose("contributions"),
)
ui.head_views()
ui.fusion_panel(controls)
ui.share_and_reproduce("Fusion", controls)
