"""Ablation: what breaks without a head."""

from mhattn_core.locale import _
from mhattn_core.ui.ablation.panel import faults_panel
from mhattn_core.ui.evidence import manifest_of
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Fault tolerance")
page(
    _("Ablation"),
    _("What breaks without this head?"),
    reading=_(
        "A weight says where a head looks; only switching the head off says what it is good for. Switch any "
        "heads off and see what the model still does."
    ),
)
faults_panel(controls)
share_and_reproduce("Fault tolerance", controls, run=manifest_of(controls, "ablation", pair_will_do=True))
