"""What breaks without a head: the whole page but its head."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.locale import _
from mhattn_core.ui.ablation.cost_vs_redundancy import safe_view
from mhattn_core.ui.ablation.curve import curve_view
from mhattn_core.ui.ablation.data import AblationContext, tell_missing
from mhattn_core.ui.ablation.heads import heads_view
from mhattn_core.ui.ablation.live import bench
from mhattn_core.ui.ablation.patching import patching_view
from mhattn_core.ui.ablation.vote import vote_view
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run
from mhattn_core.ui.head_choice import choose_model
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.panel import panel
from mhattn_core.ui.unknown import may_draw, may_translate

TABLES = {"heads": "ablation", "safe": "ablation", "curve": "curves", "vote": "interactions"}
"""What each tab reads of a run."""


@panel
def faults_panel(controls: Controls) -> None:
    """Redrawn by a click, without the sidebar."""
    tab = open_tab(
        {
            "bench": _("Ablate heads"),
            "heads": _("Ablation effect per head"),
            "patching": _("Patching"),
            "safe": _("Similar = replaceable?"),
            "curve": _("Ablation curve"),
            "vote": _("Do other heads compensate?"),
        }
    )
    if tab == "patching":
        patching_view(controls)
        return
    views: dict[str, Callable[[AblationContext], None]] = {
        "bench": bench,
        "heads": heads_view,
        "safe": safe_view,
        "curve": curve_view,
        "vote": vote_view,
    }
    place = choose_model(controls)
    name = controls.models[place]
    turned = is_turned(name, controls.pair)
    asked = replace(controls, pair=controls.pair.turned) if turned else controls
    if turned:
        st.caption(_("This model reads the second sentence, so source and target are swapped."))
    run = chosen_run(controls) if tab != "bench" else None
    # The note's vote has a sentence, and where need be a model, of its own.
    if run is None and tab != "vote" and not may_translate(name, asked.pair.a.text, place):
        return
    seen = attended_with_progress(name, asked)
    # What a model does not know of the pair says nothing about a run.
    if run or may_draw(seen, seen.stacks[0], place):
        found = AblationContext(seen, place, controls, run)
        tell_missing(found, TABLES.get(tab, ""))
        views[tab](found)
