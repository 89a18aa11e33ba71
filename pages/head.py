"""Head: everything known of one head, beside another."""

from mhattn_core.locale import _
from mhattn_core.ui.evidence import manifest_of
from mhattn_core.ui.head.panel import head_page
from mhattn_core.ui.navigation import head_views
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Head")
page(
    _("Head card"),
    _("All that a run says of a head, next to its counterpart in another model, or to any head that you choose."),
)
head_views()
head_page(controls)
share_and_reproduce("Head", controls, run=manifest_of(controls, "relations", pair_will_do=False))
