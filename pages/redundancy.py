"""Redundancy: which heads of a model do the same."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Redundancy")
ui.page(
    _("Redundancy"),
    _("How many heads of each model have a redundant partner, and which are they?"),
    reading=_(
        "Every head is compared with every other of its stack, over a run or on this pair, and on random words of the "
        "same number. Where heads are as similar on those, their similarity does not need language. That heads are "
        "similar does not make one of them replaceable: only switching it off tells."
    ),
)
if ui.redundancy_view() == "models":
    ui.redundant_shares_panel(controls)
else:
    ui.redundancy_panel(controls)
ui.share_and_reproduce("Redundancy", controls, run=ui.manifest_of(controls, "distances", pair_will_do=True))
