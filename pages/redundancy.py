"""Redundancy: which heads of a model do the same."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Redundancy")
ui.page(
    _("Redundancy"),
    _("Which heads are redundant?"),
    reading=_(
        "Every head is compared with every other, on this pair or over a run, and on random words of the same "
        "number. Where heads are as similar on those, their similarity does not need language."
    ),
)
ui.redundancy_panel(controls)
ui.share_and_reproduce("Redundancy", controls, run=ui.manifest_of(controls, "distances", pair_will_do=True))
