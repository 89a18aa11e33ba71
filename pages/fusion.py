"""Fusion: what each head adds to the sum that a layer passes on."""

from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.contributions.panel import fusion_panel
from mhattn_core.ui.navigation import head_views
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Fusion")
page(
    _("Head contributions"),
    _("What does each head add?"),
    reading=prose("contributions"),
)
head_views()
fusion_panel(controls)
share_and_reproduce("Fusion", controls)
