"""Which heads carry what tells two openings apart: patches of a run, of the page's model and of the others that it has."""

import streamlit as st

from mhattn_core.findings.ablation.interventions import interventions
from mhattn_core.findings.ablation.patched import contrast_label, patched_parts, patched_relations
from mhattn_core.findings.ablation.patching import DIRECTIONS, attribution_agreement, patching
from mhattn_core.locale import _
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui.ablation.data import AblationContext
from mhattn_core.ui.choices import choose
from mhattn_core.ui.evidence import holds
from mhattn_core.ui.head_choice import take_head
from mhattn_core.ui.page import problems
from mhattn_core.ui.show import show

KEY = "patching"


def patching_view(found: AblationContext, stack: str) -> None:
    """Below the minimal pairs; nothing where the run has no patches of the model. stack: of the page's model."""
    run, name = found.run, found.name
    if run is None or not holds(run, "patching", name):
        return
    st.subheader(_("What carries the difference"), anchor=False)
    st.markdown(prose("patching"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = {relation: contrast_label(relation) for relation in patched_relations(run, name)}
        relation = choose(_("Sentences"), labels, key="contrast")
        part = choose(_("Part of the head"), code_names(patched_parts(run, name)), key="part", pills=True)
        direction = choose(_("Moved"), code_names(DIRECTIONS), key="moved", pills=True)
    others = [one for one in found.controls.models if one != name and holds(run, "patching", one)]
    for place, model in enumerate([name, *others]):
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
