"""Compare models: how the heads of several models differ."""

from mhattn_core.locale import _
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.difference_panel import difference_panel
from mhattn_core.ui.evidence import manifest_of
from mhattn_core.ui.matching.panel import matched_panel
from mhattn_core.ui.measure_panel import measure_panel
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.sidebar import sidebar
from mhattn_core.ui.training_panel import training_panel

controls = sidebar("Compare models")
page(
    _("Compare models"),
    _("How do these models differ, head by head?"),
    reading=_(
        "Each head is given a number, and the numbers stand side by side whatever the models' tokenizers, "
        "layers and heads are. The models are chosen in the sidebar."
    ),
)
panels = {
    "measure": measure_panel,
    "difference": difference_panel,
    "matched": matched_panel,
    "training": training_panel,
}
tab = open_tab(
    {
        "measure": _("One measure"),
        "difference": _("Difference"),
        "matched": _("Matched heads"),
        "training": _("Training"),
    }
)
panels[tab](controls)
share_and_reproduce(
    "Compare models",
    controls,
    run=manifest_of(controls, "matches", pair_will_do=False) if tab == "matched" else None,
)
