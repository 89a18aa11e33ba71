"""The dashboard's own parts: inside mhattn_core the only room that imports streamlit."""

from mhattn_core.ui.alignment_panel import alignment_panel
from mhattn_core.ui.claim_panel import claim_panel
from mhattn_core.ui.difference_panel import difference_panel
from mhattn_core.ui.gold_panel import gold_panel
from mhattn_core.ui.head_panel import note_panel
from mhattn_core.ui.measure_panel import measure_panel
from mhattn_core.ui.methods_list import methods_list, searchable
from mhattn_core.ui.model_panel import model_panel
from mhattn_core.ui.navigation import page_file, start
from mhattn_core.ui.page import page, problems
from mhattn_core.ui.redundancy_panel import redundancy_panel
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.runs_compared import compared_runs
from mhattn_core.ui.runs_new import new_run
from mhattn_core.ui.runs_opened import opened_run
from mhattn_core.ui.runs_watch import watch_runs
from mhattn_core.ui.sidebar import sidebar, take_pair
from mhattn_core.ui.tabs import open_tab
from mhattn_core.ui.upload import upload_panel
from mhattn_core.ui.yardstick import choose_yardstick

__all__ = [
    "alignment_panel",
    "choose_yardstick",
    "claim_panel",
    "compared_runs",
    "difference_panel",
    "gold_panel",
    "measure_panel",
    "methods_list",
    "model_panel",
    "new_run",
    "note_panel",
    "open_tab",
    "opened_run",
    "page",
    "page_file",
    "problems",
    "redundancy_panel",
    "searchable",
    "share_and_reproduce",
    "sidebar",
    "start",
    "take_pair",
    "upload_panel",
    "watch_runs",
]
