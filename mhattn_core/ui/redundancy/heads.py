"""Two heads of one model: chosen, and seen side by side."""

from contextlib import suppress

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.findings.redundancy.two_heads import by_every_distance, disagreeing, verdict
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.head_panel import head_panel, whole_head
from mhattn_core.ui.names import model_label
from mhattn_core.ui.redundancy.data import DISTANCES, redundancy

FIRST, SECOND = "head", "other"
"""State keys, and parameters of the address."""


def choose_two(found: Redundancy) -> tuple[int, int]:
    """Numbers (by layer and head) of the two heads that a person chose or clicked; else the nearest two, or the nearest
    to the one.
    """
    first = _select(FIRST, _("Head"), _("One of the nearest two: {name}"), found.names, found.nearest())
    second = _select(SECOND, _("Other head"), _("The nearest to it: {name}"), found.names, found.nearest(first))
    return first, second


def _select(key: str, label: str, automatic: str, names: list[str], default: int) -> int:
    message = automatic.format(name=names[default])
    name = choose_or_leave(label, names, message, key=key, help_text=_("The same as a click in the matrix."))
    return default if name is None else names.index(name)


def two_distances(found: Redundancy, chosen: tuple[int, int]) -> None:
    """How far the two are apart, here and on random words, by every distance."""
    first, second = chosen
    if first == second:
        st.info(_("Both are {name}. Choose another head on one side.").format(name=found.names[first]))
        return
    distances = by_every_distance(_every_stack(found), {found.here.index[head] for head in chosen})
    st.markdown(f"{verdict(found, *chosen)} {disagreeing(found, distances)}")
    shown = distances.set_index("title")[["distance", "noise"]].assign(
        distance=distances["distance"].map("{:.3f}".format).tolist()
    )
    st.table(shown.set_axis([_("on these words"), _("on random words (draws)")], axis=1).rename_axis(_("distance")))


def two_heads(found: Redundancy, chosen: tuple[int, int]) -> None:
    """Both in full, side by side."""
    cells = [found.here.index[head][2:] for head in chosen]
    both = [whole_head(found.seen, Head(found.stack, int(layer), int(number))) for layer, number in cells]
    for place, (one, column) in enumerate(zip(both, st.columns(2), strict=True)):
        with column:
            st.markdown(f"**{model_label(one.name)}**")
            head_panel(one, place, beside=both)


def _every_stack(found: Redundancy) -> dict[By, Redundancy]:
    """The same stack by every distance that there is."""
    stacks = {}
    for by in DISTANCES:
        with suppress(Problem):  # told when that distance is chosen
            stacks[by] = redundancy(found.seen, found.stack, by, found.run)
    return stacks
