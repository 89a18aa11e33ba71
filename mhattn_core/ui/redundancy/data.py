"""What the Redundancy page knows about one stack of a model: distances on the pair, on random words, and which heads
share keys.
"""

from operator import attrgetter
from typing import TYPE_CHECKING, get_args

import pandas as pd
import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.experiments.redundancy.heads import heads_of
from mhattn_core.experiments.redundancy.stack_distances import StackDistances, corpus_distances, pair_distances
from mhattn_core.findings.redundancy.groups import groups_in
from mhattn_core.findings.redundancy.stack import Redundancy, of_distances
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.clusters import Groups, Tree, tree
from mhattn_core.measures.redundancy.head_distances import By, Heads
from mhattn_core.runs.run import Run
from mhattn_core.text.prose import prose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import chosen_run, holds
from mhattn_core.ui.kept import kept
from mhattn_core.ui.names import model_label
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.resources import HASHES
from mhattn_core.ui.turns import in_turn

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


DISTANCES: tuple[By, ...] = get_args(By)


def choose_distance() -> By:
    """How far apart two heads are; the address holds its name in tables."""
    offered = {str(name): quantity(name) for name in DISTANCES}
    chosen = choose_quantity(_("Distance"), offered, key="by", pills=True, named=attrgetter("distance_title")).code
    return next(by for by in DISTANCES if by == chosen)


@st.cache_data(max_entries=48, show_spinner=False, hash_funcs=HASHES)
def heads(seen: "AttentionResult", stack: str, by: By) -> Heads:
    """What a distance compares of each head, read once. Raises Problem as ``heads_of``."""
    return heads_of(seen, stack, by=by)


def redundancy(seen: "AttentionResult", stack: str, by: By, run: Run | None = None) -> Redundancy:
    """Measure a stack on the pair, or read it from a run; a head whose distances are not known, on text or on random
    words, is left out.

    Raises Problem as ``heads_of``, as ``Run.distances``, and where fewer than two heads are left to compare.
    """
    whole = run_distances(run, seen.model.name, stack, by) if run else _on_pair(seen, stack, by)
    return of_distances(seen, stack, whole, run, make_tree=_tree)


def _on_pair(seen: "AttentionResult", stack: str, by: By) -> StackDistances:
    says = _("Comparing every head with every other, here and on random words …")
    measured = kept("distances", seen, stack, says, lambda tell: pair_distances(seen, stack, tell))
    if by not in measured:
        heads_of(seen, stack, by=by)
    return measured[by]


@st.cache_data(max_entries=24, show_spinner=False)
def _tree(here: pd.DataFrame) -> Tree:
    return tree(here.to_numpy())


@st.cache_data(
    max_entries=24,
    show_spinner=False,
    hash_funcs=HASHES | {Redundancy: lambda found: (found.source, found.stack, found.by, found.here)},
)
@in_turn
def groups_of(found: Redundancy) -> Groups:
    """How many groups the data bear, against words shuffled head by head and against random words."""
    return groups_in(found, None if found.run else heads(found.seen, found.stack, found.by))


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
