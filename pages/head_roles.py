"""Head roles: which head does what, and how sure we are."""

from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.evidence import manifest_of
from mhattn_core.ui.page import page
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.roles.panel import roles_panel
from mhattn_core.ui.roles.patterns import patterns_panel
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Head roles")
page(
    _("Specialisation"),
    _("Which head does what, and how sure is that?"),
    reading=prose("head_roles"),
)
tab = open_tab({"relations": _("Relations"), "patterns": _("Patterns")})
if tab == "relations":
    roles_panel(controls)
else:
    patterns_panel(controls)
share_and_reproduce("Head roles", controls, run=manifest_of(controls, tab, pair_will_do=False))
