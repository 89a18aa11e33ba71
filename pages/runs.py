"""Runs: measure many pairs."""

from mhattn_core.locale import _
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.page import page
from mhattn_core.ui.runs.compared import compared_runs
from mhattn_core.ui.runs.new import new_run
from mhattn_core.ui.runs.opened import opened_run
from mhattn_core.ui.runs.watch import watch_runs
from mhattn_core.ui.sidebar import sidebar

controls = sidebar("Runs")
page(
    _("Datasets and results"),
    _("What do the heads do over many pairs, and how sure is it?"),
    reading=_(
        "One sentence is an example; a run gives every head a number with an interval. Begin with a run that "
        "comes with mhattn, then measure your own pairs."
    ),
)
tab = open_tab({"saved": _("Saved runs"), "new": _("Measure my pairs"), "compare": _("Compare two runs")})
watch_runs()
if tab == "new":
    new_run(controls)
elif tab == "compare":
    compared_runs()
else:
    opened_run()
