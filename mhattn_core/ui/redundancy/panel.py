"""Which heads of a model are redundant, on this pair or over a run, and what random words say to it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mhattn_core.findings import Finding
from mhattn_core.findings.redundancy.groups import groups_of_heads
from mhattn_core.findings.redundancy.nearest import distances
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.samples import DRAWS, NOISE, WORDS
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import show_tab
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_choice import choose_model, choose_stack
from mhattn_core.ui.model_panel import attended_with_progress
from mhattn_core.ui.navigation import link
from mhattn_core.ui.panel import panel
from mhattn_core.ui.redundancy.data import choose_distance, groups_of, redundancy, run_with_distances
from mhattn_core.ui.redundancy.heads import FIRST, SECOND, choose_two, two_distances, two_heads
from mhattn_core.ui.redundancy.map import map_view
from mhattn_core.ui.show import say, show
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.unknown import may_draw

KEY = "distances"


@panel
def redundancy_panel(controls: Controls) -> None:
    """The whole page but its head; a click on a pair of heads redraws it and not the sidebar."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = choose_model(controls)
        seen = attended_with_progress(controls.models[place], controls)
        stack = choose_stack(seen, place)
        by = choose_distance()
    run = run_with_distances(controls, seen.model.name)
    # What a model does not know of the pair says nothing about a run.
    if not run and not may_draw(seen, stack, place):
        return
    found = redundancy(seen, stack, by, run)
    finding = distances(found)
    say(finding)
    pictures, pair = st.columns([3, 2])
    with pair:
        chosen = choose_two(found)
    with pictures:
        show_tab(
            {
                "matrix": (_("Matrix"), lambda: _matrix(finding, chosen)),
                "map": (_("Map of all models"), lambda: map_view(found, chosen, controls)),
                "groups": (_("Groups"), lambda: _groups(found)),
                "table": (_("Table"), lambda: _table(finding, found)),
            }
        )
    with pair:
        two_distances(found, chosen)
    _notices(found)
    st.caption(f"**{quantity(found.by).distance_axis}** · {quantity(found.by).explanation}")
    two_heads(found, chosen)
    _caution(found)


def _matrix(finding: Finding, chosen: tuple[int, int]) -> None:
    show(finding, key=KEY, on_pick=_open, sentence=False, chosen=chosen)


def _notices(found: Redundancy) -> None:
    if found.measured.shared.any():
        heads = found.seen.model.attention.heads(found.stack)
        groups = round(heads / (1 + found.measured.shared.sum(axis=1).max()))
        st.info(prose("grouped_queries").format(heads=heads, groups=groups))
    if found.left_out:
        st.info(
            _("Left out, because they give every word the same and so have no such distance: {heads}.").format(
                heads=listed(found.left_out)
            )
        )


def _caution(found: Redundancy) -> None:
    st.caption(
        prose("sample_of_run").format(n=found.measured.n, words=WORDS, noise=NOISE)
        if found.run
        else prose("random_words").format(draws=DRAWS)
    )
    link("Fault tolerance", _("Switch heads off: Ablation"))


def _groups(found: Redundancy) -> None:
    with st.spinner(_("Comparing with heads whose words are shuffled …")):
        groups = groups_of(found)
    show(groups_of_heads(found, groups), key="tree")


def _table(finding: Finding, found: Redundancy) -> None:
    """All pairs of heads, the nearest first; a click on a column's name sorts by it."""
    called = {
        "a": _("head"),
        "b": _("other head"),
        "distance": quantity(found.by).distance_axis,
        "noise_low": _("lowest draw"),
        "noise_high": _("highest draw"),
        "redundant": _("redundant"),
    }
    numbers = finding.table.select_dtypes("number")
    show_table(finding.table, of="distances", called=called, formats={"%.3f": numbers}, height=420)
    st.caption(_("{pairs:,} pairs of heads. A click on a column's name sorts by it.").format(pairs=len(finding.table)))


def _open(mark: Mapping[str, Any]) -> None:
    st.session_state[FIRST], st.session_state[SECOND] = mark["head"], mark["other"]
