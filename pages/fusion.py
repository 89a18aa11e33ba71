"""Fusion: what each head adds to the sum that a layer passes on."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Fusion")
ui.page(
    _("Head contributions"),
    _("What does each head add?"),
    reading=_(
        "Every head writes a vector for every word, and a layer passes on their sum. Choose a word, and see how long "
        "each head's vector is, whether heads add in the same direction, and what reaches the prediction. Adding much "
        "is not mattering much: what breaks without a head is another question."
    ),
)
ui.head_views()
ui.fusion_panel(controls)
ui.share_and_reproduce("Fusion", controls)
