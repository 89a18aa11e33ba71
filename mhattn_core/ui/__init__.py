"""The dashboard's own parts: inside mhattn_core the only room that imports streamlit."""

from mhattn_core.ui.ablation.panel import faults_panel
from mhattn_core.ui.attention.panel import attention_panel
from mhattn_core.ui.choices import choose, open_tab
from mhattn_core.ui.claim_panel import claim_panel
from mhattn_core.ui.contributions.panel import fusion_panel
from mhattn_core.ui.difference_panel import difference_panel
from mhattn_core.ui.evidence import manifest_of
from mhattn_core.ui.head.panel import head_page
from mhattn_core.ui.head_internals.panel import inside_panel
from mhattn_core.ui.head_panel import note_panel
from mhattn_core.ui.licences import licences
from mhattn_core.ui.matching.panel import matched_panel
from mhattn_core.ui.measure_panel import measure_panel
from mhattn_core.ui.methods_list import methods_list, quantities_list
from mhattn_core.ui.navigation import head_views, page_file, start
from mhattn_core.ui.overview.own_sentence import own_sentence
from mhattn_core.ui.overview.panel import overview_panel
from mhattn_core.ui.page import page, problems
from mhattn_core.ui.redundancy.panel import redundancy_panel
from mhattn_core.ui.redundancy.shares import redundancy_view, redundant_shares_panel
from mhattn_core.ui.reproduce import share_and_reproduce
from mhattn_core.ui.roles.panel import roles_panel
from mhattn_core.ui.roles.patterns import patterns_panel
from mhattn_core.ui.runs.compared import compared_runs
from mhattn_core.ui.runs.new import new_run
from mhattn_core.ui.runs.opened import opened_run
from mhattn_core.ui.runs.watch import watch_runs
from mhattn_core.ui.show import show
from mhattn_core.ui.sidebar import sidebar, take_pair
from mhattn_core.ui.summarisation.panel import summarisation_panel
from mhattn_core.ui.translation.alignment_panel import alignment_panel
from mhattn_core.ui.translation.gold_panel import gold_panel
from mhattn_core.ui.translation.reference_aligner import choose_reference
from mhattn_core.ui.upload import own_pairs

__all__ = [
    "alignment_panel",
    "attention_panel",
    "choose",
    "choose_reference",
    "claim_panel",
    "compared_runs",
    "difference_panel",
    "faults_panel",
    "fusion_panel",
    "gold_panel",
    "head_page",
    "head_views",
    "inside_panel",
    "licences",
    "manifest_of",
    "matched_panel",
    "measure_panel",
    "methods_list",
    "new_run",
    "note_panel",
    "open_tab",
    "opened_run",
    "overview_panel",
    "own_pairs",
    "own_sentence",
    "page",
    "page_file",
    "patterns_panel",
    "problems",
    "quantities_list",
    "redundancy_panel",
    "redundancy_view",
    "redundant_shares_panel",
    "roles_panel",
    "share_and_reproduce",
    "show",
    "sidebar",
    "start",
    "summarisation_panel",
    "take_pair",
    "watch_runs",
]
