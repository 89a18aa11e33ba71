"""Head roles: which head does what, and how sure we are."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Head roles")
ui.page(
    _("Specialisation"),
    _("Which head does what, and how sure is that?"),
    reading=_(
        "Every head of every model is asked the same questions about words, over many sentences; the best is "
        "chosen on one half and reported on the other, beside what position and word class alone would get "
        "and what random controls reach."
    ),
)
tab = ui.open_tab({"relations": _("Relations"), "patterns": _("Patterns")})
if tab == "relations":
    ui.roles_panel(controls)
else:
    ui.patterns_panel(controls)
ui.share_and_reproduce("Head roles", controls, run=ui.manifest_of(controls, tab, pair_will_do=False))
