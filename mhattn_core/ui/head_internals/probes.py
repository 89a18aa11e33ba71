"""What can be read off the vectors of all heads, of this one, and of other models', in a run that measured probes."""

import pandas as pd
import streamlit as st

from mhattn_core.digits import with_minus
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.probes.heads import head_probes, probe_grid
from mhattn_core.findings.probes.models import mean_of, probes_across_models, stack_sentence
from mhattn_core.findings.probes.sentences import asked_names, first_dimension
from mhattn_core.findings.runs.evidence import Evidence
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import evidence_with
from mhattn_core.ui.head_choice import take_head
from mhattn_core.ui.names import model_label
from mhattn_core.ui.show import show

ASKED = "probe"
"""A parameter of the address."""
FIRST = (("query", "role"), ("key", "pos"))
"""What the note says that dimension 0 holds."""


def probes_view(inside: Inside, controls: Controls) -> None:
    """The tab *probes*. Raises Problem where no run has measured them."""
    evidence = evidence_with(controls, "probes")
    run, name, stack = evidence.run, inside.seen.model.name, inside.head.stack
    if run.table("probes", model=name, stack=stack).empty:
        st.info(_("That run has no probes of {name}'s {stack}.").format(name=model_label(name), stack=stack))
        return
    of_model = mean_of(run, name, stack)
    labels = {asked: label for asked, label in asked_names().items() if tuple(asked.split("-")) in of_model.index}
    asked = choose(_("What is read from what"), labels, key=ASKED, default=next(iter(labels)))
    vector, task = asked.split("-")
    st.markdown(stack_sentence(run, model=name, stack=stack, vector=vector, task=task))
    _say_evidence(evidence, of_model.loc[(vector, task)])
    all_heads, one_head = st.columns(2)
    whose = {"model": name, "stack": stack}
    with all_heads:
        grid = probe_grid(run, **whose, vector=vector, task=task)
        show(grid, key=f"probe-heads-{name}", on_pick=take_head, chosen=inside.head.cell)
    with one_head:
        show(head_probes(run, **whose, head=inside.head.name), key="probes")
    said = with_minus(" ".join(first_dimension(name, of_model.loc[one]) for one in FIRST if one in of_model.index))
    if said:
        told = _("The note says that d_k[0] holds the grammatical role in Q and the part of speech in K.")
        st.markdown(escape(f"{told} {said}"))
    st.markdown("**" + _("Across models") + "**")
    show(probes_across_models(run, vector=vector, task=task), key="probe-models")


def _say_evidence(evidence: Evidence, row: pd.Series) -> None:
    origin = evidence.origin(prose("tab_reads_run"))
    classes = prose("probed_words").format(n=row["n"], classes=row["classes"])
    listed = prose("categories") if row["task"] == "category" else ""
    st.caption(f"{origin} {classes} {listed}".strip())
