"""Distances between heads as a run holds them."""

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.experiments.redundancy.stack_distances import StackDistances, corpus_distances
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.runs.run import Run
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run, holds
from mhattn_core.ui.names import model_label


def run_with_distances(controls: Controls, model: str) -> Run | None:
    """The chosen run, if it has this model's distances; else it is told why the pair is shown."""
    run = chosen_run(controls)
    if run is None:
        return None
    if not holds(run, "distances", model):
        st.info(prose("no_distances_in_run").format(name=model_label(model)))
        return None
    return run


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs={Run: lambda run: (run.id, str(run.folder))})
def run_distances(run: Run, model: str, stack: str, by: By) -> StackDistances:
    """Raises Problem for a stack that the run does not have."""
    table = run.head_pairs
    rows = table[(table["model"] == model) & (table["stack"] == stack)]
    if rows.empty:
        raise Problem(_("The run has no such distance of {name}.").format(name=model), _("Choose another distance."))
    return corpus_distances(rows, by)
