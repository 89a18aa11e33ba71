"""Ablation: what breaks without a head."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Fault tolerance")
ui.page(
    _("Ablation"),
    _("What breaks without this head?"),
    reading=_(
        "A weight says where a head looks; only switching the head off says what it is good for. Switch any "
        "heads off and see what the model still does."
    ),
)
ui.faults_panel(controls)
ui.share_and_reproduce("Fault tolerance", controls, run=ui.manifest_of(controls, "ablation", pair_will_do=True))
