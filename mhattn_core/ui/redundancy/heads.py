"""Two heads of one model: chosen, and seen side by side."""

from contextlib import suppress

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.findings.redundancy.two_heads import by_every_distance, disagreeing, verdict
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.head_panel import head_panel
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
    st.dataframe(
        distances[["title", "distance", "noise"]],
        hide_index=True,
        column_config={
            "title": st.column_config.TextColumn(_("distance"), width=150),
            "distance": st.column_config.NumberColumn(_("on these words"), format="%.3f", width=102),
            "noise": st.column_config.TextColumn(_("on random words (draws)"), width=133),
        },
    )


def two_heads(found: Redundancy, chosen: tuple[int, int]) -> None:
    """Both in full, side by side."""
    for place, (head, column) in enumerate(zip(chosen, st.columns(2), strict=True)):
        with column:
            model, stack, layer, number = found.here.index[head]
            one = ModelHead(model, stack, int(layer), int(number))
            st.markdown(f"**{model_label(one.name)}**")
            head_panel(found.seen, one.within, place, units="words", same_scale=False)


def _every_stack(found: Redundancy) -> dict[By, Redundancy]:
    """The same stack by every distance that there is."""
    stacks = {}
    for by in DISTANCES:
        with suppress(Problem):  # told when that distance is chosen
            stacks[by] = redundancy(found.seen, found.stack, by, found.run)
    return stacks
