"""Which heads carry what tells two openings apart, and which edges a model needs: of a run, which no model is read for."""

import streamlit as st

from mhattn_core.findings.ablation.causal_verdicts import causal_verdicts
from mhattn_core.findings.ablation.interventions import interventions
from mhattn_core.findings.ablation.knockouts import knockouts
from mhattn_core.findings.ablation.patched import contrast_label, patched_parts, patched_relations
from mhattn_core.findings.ablation.patching import DIRECTIONS, attribution_agreement, patching
from mhattn_core.locale import _
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import evidence_with, holds, models_in, say_origin
from mhattn_core.ui.head_choice import choose_name, choose_stack_of, take_head
from mhattn_core.ui.page import problems
from mhattn_core.ui.show import show

KEY = "patching"


def patching_view(controls: Controls) -> None:
    """All relations at a glance, then one relation in full, of the chosen model and the others that the run has."""
    evidence = evidence_with(controls, "patching")
    run, table = evidence.run, evidence.run.table("patching")
    models = models_in(evidence, controls, list(table["model"].unique()))
    name = choose_name(models)
    show(causal_verdicts(run, model=name), key=f"{KEY}-verdicts")
    say_origin(evidence, prose("patching"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = {relation: contrast_label(relation) for relation in patched_relations(run, name)}
        relation = choose(_("Sentences"), labels, key="contrast")
        part = choose(_("Part of the head"), code_names(patched_parts(run, name)), key="part", pills=True)
        direction = choose(_("Moved"), code_names(DIRECTIONS), key="moved", pills=True)
        stack = choose_stack_of(name, code_names(table.loc[table["model"] == name, "stack"].unique()), 0)
    for place, model in enumerate([name, *(one for one in models if one != name)]):
        with problems(model):
            chosen = {"model": model, "relation": relation, "stack": "" if place else stack}
            finding = patching(run, **chosen, kind=part, direction=direction)
            show(finding, key=f"{KEY}-{place}", on_pick=None if place else take_head)
    columns = st.columns(2, gap="large")
    with columns[0], problems(name):
        show(interventions(run, model=name, relation=relation), key=f"{KEY}-interventions")
    with columns[1], problems(name):
        asked = {"model": name, "relation": relation, "direction": direction, "stack": stack}
        show(attribution_agreement(run, **asked), key=f"{KEY}-attribution")
    if holds(run, "knockouts", name):
        with problems(name):
            show(knockouts(run, model=name), key="knockouts")
