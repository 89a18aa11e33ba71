"""Redundancy: which heads of a model do the same."""

from mhattn_core.locale import _
from mhattn_core.ui.evidence import manifest_of
from mhattn_core.ui.page import page
from mhattn_core.ui.redundancy.panel import redundancy_panel
from mhattn_core.ui.redundancy.shares import redundancy_view, redundant_shares_panel
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Redundancy")
page(
    _("Redundancy"),
    _("How many heads of each model have a redundant partner, and which are they?"),
    reading=_(
        "Every head is compared with every other of its stack, over a run or on this pair, and on random words of the "
        "same number. Where heads are as similar on those, their similarity does not need language. That heads are "
        "similar does not make one of them replaceable: only switching it off tells."
    ),
)
if redundancy_view() == "models":
    redundant_shares_panel(controls)
else:
    redundancy_panel(controls)
share_and_reproduce("Redundancy", controls, run=manifest_of(controls, "distances", pair_will_do=True))
