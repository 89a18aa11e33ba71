"""Head roles: which head does what, and how sure we are."""

from mhattn_core import ui
from mhattn_core.locale import _
from mhattn_core.text.prose import prose

controls = ui.sidebar("Head roles")
ui.page(
    _("Specialisation"),
    _("Which head does what, and how sure is that?"),
    reading=prose("head_roles"),
)
tab = ui.open_tab({"relations": _("Relations"), "patterns": _("Patterns")})
if tab == "relations":
    ui.roles_panel(controls)
else:
    ui.patterns_panel(controls)
ui.share_and_reproduce("Head roles", controls, run=ui.manifest_of(controls, tab, pair_will_do=False))
