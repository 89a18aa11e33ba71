"""Compare models: how the heads of several models differ."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Compare models")
ui.page(
    _("Compare models"),
    _("How do these models differ, head by head?"),
    reading=_(
        "Each head is given a number, and the numbers stand side by side whatever the models' tokenizers, "
        "layers and heads are. The models are chosen in the sidebar."
    ),
)
panels = {"measure": ui.measure_panel, "difference": ui.difference_panel, "matched": ui.matched_panel}
tab = ui.open_tab({"measure": _("One measure"), "difference": _("Difference"), "matched": _("Matched heads")})
panels[tab](controls)
ui.share_and_reproduce(
    "Compare models",
    controls,
    run=ui.manifest_of(controls, "matches", pair_will_do=False) if tab == "matched" else None,
)
