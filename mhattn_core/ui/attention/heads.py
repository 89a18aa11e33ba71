"""Which head of each model is shown: the reader's choice, one linked to the first model's, or a suggested one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.attention.tables import Units
from mhattn_core.findings.attention.linked import linked_head
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.attention.suggested import suggested_head
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.text.gallery import gallery
from mhattn_core.ui.attention.runs import run_about
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.head_choice import HEAD, choose_stack, key_for, names_in
from mhattn_core.ui.names import model_label
from mhattn_core.ui.unknown import unsegmented

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

FEW = 2
"""Boxes side by side whose labels have room for more than a model's name."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What a model of the sidebar saw. place: its number there, which names its choices; stack: the one that is
    shown.
    """

    place: int
    result: "AttentionResult"
    stack: str

    @property
    def name(self) -> str:
        return self.result.model.name


def choose_stacks(results: "Mapping[int, AttentionResult]") -> list[tuple[Seen, DeltaGenerator]]:
    """A column for each model with room for its head, above its stack where it has several. results: by place."""
    chosen = []
    with st.container(key="attention-boxes"):
        columns = st.columns(len(results))
    for (place, result), column in zip(results.items(), columns, strict=True):
        with column:
            room = st.container()
            chosen.append((Seen(place, result, choose_stack(result, place, bare=True)), room))
    return chosen


def choose_heads(
    seen: Sequence[tuple[Seen, DeltaGenerator]], controls: Controls, *, linked: bool, units: Units
) -> list[Shown]:
    """A box for each model in the room that ``choose_stacks`` left for it."""
    shown: list[Shown] = []
    for one, room in seen:
        follows = linked and bool(shown)
        head, why = _of_itself(one, shown[0] if follows else None, controls)
        # Between many there is no room for why; that stands below the picture.
        few = len(seen) <= FEW
        automatic = _("{name} (auto)") if not few else _("{name} (linked)") if follows else _("{name} (suggested)")
        label = _("Head of {name}").format(name=model_label(one.name)) if few else model_label(one.name)
        with room:
            chosen = choose_or_leave(
                label,
                names_in(one.result, one.stack),
                automatic.format(name=head.name),
                key=key_for(HEAD, one.place),
            )
        if chosen:
            head, why = Head.parse(chosen, one.stack), ""
        shown.append(Shown(one.result, head, why, "tokens" if unsegmented(one.result) else units))
    return shown


def _of_itself(one: Seen, first: Shown | None, controls: Controls) -> tuple[Head, str]:
    """The head that a model shows until somebody chooses another, and why."""
    if first:
        matched = run_about(controls, "matches", (first.model, one.name))
        return linked_head(first.result, first.head, one.result, one.stack, matched)
    by_hand = gallery()[controls.gallery_id].heads if controls.gallery_id else {}
    written = by_hand.get(one.name, "") if one.stack == one.result.stacks[0] else ""
    known = run_about(controls, "relations", (one.name,))
    return suggested_head(one.result, one.stack, by_hand=written, known=known)
