"""Inside a head: why one word attends to another, number by number."""

from mhattn_core.locale import _
from mhattn_core.ui.head_internals.panel import inside_panel
from mhattn_core.ui.navigation import head_views
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Inside a head")
page(
    _("Inside a head"),
    _("Why this weight?"),
    reading=_(
        "A head compares a query, what one word asks for, with keys, what the words answer to. Choose one "
        "head and two words, and follow the numbers from their products to the weight on the page Attention."
    ),
)
head_views()
inside_panel(controls)
share_and_reproduce("Inside a head", controls)
