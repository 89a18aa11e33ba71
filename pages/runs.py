"""Runs: measure many pairs."""

from mhattn_core import ui
from mhattn_core.locale import _

controls = ui.sidebar("Runs")
ui.page(
    _("Datasets and results"),
    _("What do the heads do over many pairs, and how sure is it?"),
    reading=_(
        "One sentence is an example; a run gives every head a number with an interval. Begin with a run that "
        "comes with mhattn, then measure your own pairs."
    ),
)
tab = ui.open_tab({"saved": _("Saved runs"), "new": _("Measure my pairs"), "compare": _("Compare two runs")})
ui.watch_runs()
if tab == "new":
    ui.new_run(controls)
elif tab == "compare":
    ui.compared_runs()
else:
    ui.opened_run()
