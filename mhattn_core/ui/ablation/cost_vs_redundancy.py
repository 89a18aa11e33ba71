"""Are redundant heads safe to lose? A head's cost against its distance to the nearest other one, and whole groups."""

from contextlib import suppress

import pandas as pd
import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.ablation.groups import group_effects, groups
from mhattn_core.findings.ablation.measured import AblationTable
from mhattn_core.findings.redundancy.cost import cost_and_nearness, distances_on_pair
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.head_distances import By, known_distances
from mhattn_core.text.prose import prose
from mhattn_core.ui.ablation.data import AblationContext, choose_quantity, damage, groups_off
from mhattn_core.ui.head_choice import choose_stack, take_head
from mhattn_core.ui.names import model_label
from mhattn_core.ui.redundancy.data import choose_distance, heads
from mhattn_core.ui.show import show

KEY = "safe"
FEWEST = 3
"""Heads that a rank can be told of."""


def safe_view(found: AblationContext) -> None:
    """Every head by its distance to the nearest other one and by its effect, then groups of like heads."""
    measured = damage(found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stack = choose_stack(found.seen, found.place)
        by = choose_distance()
        quantity = choose_quantity(measured.table)
    square, written = _square(found, stack, by)
    if len(square) < FEWEST:
        st.info(prose("few_heads_to_compare"))
        return
    finding = cost_and_nearness(measured.rows(quantity, stack), square, by, stack=stack, written=written)
    show(finding, key=KEY, on_pick=take_head)
    group_view(found, measured, stack, quantity)


def _square(found: AblationContext, stack: str, by: By) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Distances of the heads, and how they are got again: the run's, or else the pair's, and then it says so."""
    run = found.run
    if run is not None and run.has("distances"):
        with suppress(Problem):  # a model that the run did not measure
            return run.distances(found.name, stack, by=by), (f"run.distances({found.name!r}, {stack!r}, by={by!r})",)
    if run is not None:
        st.info(prose("distances_on_pair").format(name=model_label(found.name)))
    return known_distances(heads(found.seen, stack, by), by=by), distances_on_pair(found.seen, stack, by)


def group_view(found: AblationContext, alone: AblationTable, stack: str, quantity: str) -> None:
    """Below the scatter of *safe*. alone: what each head costs by itself."""
    st.subheader(_("A whole group at once"), anchor=False)
    st.markdown(prose("groups_off"))
    measured = groups_off(found, alone)
    if measured is None or measured.rows(quantity, stack).rows.empty:
        st.info(_("No group of two or more heads, up to half of the stack, stands out as similar."))
        return
    if measured.kind != alone.kind:
        st.caption(
            _("Groups were switched off by “{kind}” alone, whatever is chosen above.").format(kind=measured.kind)
        )
    rows = measured.rows(quantity, stack)
    show(measured.finding(group_effects, lambda: groups(rows), quantity=quantity, stack=stack), key="groups")
