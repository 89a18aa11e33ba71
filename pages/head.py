"""Head: everything known of one head, beside another."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Head")
ui.page(
    _("One head, beside another"),
    _("All that a run says of a head, next to its counterpart in another model, or to any head that you choose."),
)
ui.head_page(controls)
ui.share_and_reproduce("Head", controls)
