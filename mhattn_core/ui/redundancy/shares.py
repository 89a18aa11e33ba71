"""How many heads of each model of a run have a redundant partner: what Redundancy opens on."""

import streamlit as st

from mhattn_core.findings.redundancy.shares import redundant_heads
from mhattn_core.locale import _
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import evidence_with, say_origin
from mhattn_core.ui.navigation import link
from mhattn_core.ui.panel import panel
from mhattn_core.ui.redundancy.data import choose_distance
from mhattn_core.ui.show import show

WITHIN = ("tab", "head", "other", "model")
"""Parameters of an address that shows one model in full."""


def redundancy_view() -> str:
    """``models`` or ``within``: the models of a run beside one another, or one model in full."""
    labels = {"models": _("All models of a run"), "within": _("Within one model")}
    return open_tab(labels, key="view", default="models" if st.query_params.keys().isdisjoint(WITHIN) else "within")


@panel
def redundant_shares_panel(controls: Controls) -> None:
    """No network is loaded for it."""
    evidence = evidence_with(controls, "redundancy")
    by = choose_distance()
    show(redundant_heads(evidence.run, by=by), key="redundant-heads")
    say_origin(evidence)
    link("Fault tolerance", _("Are similar heads replaceable?"), tab="safe", evidence=evidence.saved.key)
