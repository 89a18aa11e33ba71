"""Inside a head: why one word attends to another, number by number."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Inside a head")
ui.page(
    _("Inside a head"),
    _("Why this weight?"),
    reading=_(
        "A head compares a query, what one word asks for, with keys, what the words answer to. Choose one "
        "head and two words, and follow the numbers from their products to the weight on the page Attention."
    ),
)
ui.head_views()
ui.inside_panel(controls)
ui.share_and_reproduce("Inside a head", controls)
