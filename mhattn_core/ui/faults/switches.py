"""Choosing heads to switch off: by a click in the grid, by name, a layer at a time; with undo. The address holds them."""

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import Seen
from mhattn_core.attention.ablation import HeadId
from mhattn_core.locale import _
from mhattn_core.ui.compared import clicks, picked
from mhattn_core.ui.head_choice import choose_stack, head_name
from mhattn_core.ui.page import draw, wide_and_narrow

OFF, GRID = "off", "switches"
LAYER = "off-layer"
HISTORY = "off-history"
SHOWN_FOR = "off-shown-for"
NAME = re.compile(r"(encoder|decoder|cross) L(\d+) H(\d+)")


def full_name(head: HeadId) -> str:
    """``cross L1 H0``: a head among all stacks of a model, as the address and files have it."""
    stack, layer, number = head
    return f"{stack} {head_name(layer, number)}"


def parse(name: str) -> HeadId:
    """The head of a name such as ``cross L1 H0``. Raises ValueError for another text."""
    matched = NAME.fullmatch(name)
    if not matched:
        raise ValueError(f"not a head: {name!r}")
    return matched[1], int(matched[2]), int(matched[3])


def all_heads(seen: Seen) -> list[HeadId]:
    """Every head of every stack, in order."""
    attention = seen.model.attention
    return [
        (stack, layer, head)
        for stack in seen.stacks
        for layer in range(attention.layers(stack))
        for head in range(attention.heads(stack))
    ]


def choose_off(seen: Seen, place: int, default: Sequence[HeadId]) -> list[HeadId]:
    """The heads that are off: the person's choice, or ``default`` when the model is opened."""
    names = {full_name(head): head for head in all_heads(seen)}
    _open_on(seen, list(names), [full_name(head) for head in default])
    history: list[list[str]] = st.session_state.setdefault(HISTORY, [])
    stack = choose_stack(seen, place)
    wide, narrow = wide_and_narrow(GRID)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layers = [f"L{layer}" for layer in range(seen.model.attention.layers(stack))]
        st.selectbox(
            _("A whole layer"),
            layers,
            index=None,
            placeholder=_("Choose one"),
            help=_("Switches all heads of the layer off, or on again where all are off."),
            key=LAYER,
            on_change=_switch_layer,
            args=(seen, stack),
            width=150,
        )
        st.button(_("All on"), icon=":material/restart_alt:", key="off-clear", on_click=_set, args=([],))
        undo = st.empty()
    off = st.multiselect(
        _("Heads that are off"),
        list(names),
        key=OFF,
        bind="query-params",
        placeholder=_("None: choose heads, or click in the grid"),
        help=_("The same as clicks in the grid."),
    )
    if not history or history[-1] != off:
        history.append(list(off))
    undo.button(_("Undo"), icon=":material/undo:", key="off-undo", on_click=_undo, disabled=len(history) < 2)
    with wide:
        _grid(seen, stack, off)
    with narrow:
        st.caption(_("Choose heads by name below; on a wide screen they stand in a grid, too."))
    return [names[name] for name in off]


def last_off(seen: Seen) -> list[HeadId]:
    """The heads that were off when ``choose_off`` was drawn last, if that was for this model."""
    history: list[list[str]] = st.session_state.get(HISTORY, [])
    return [parse(name) for name in history[-1]] if history and st.session_state[SHOWN_FOR] == seen.model.name else []


def _grid(seen: Seen, stack: str, off: Sequence[str]) -> None:
    heads = pd.DataFrame(
        [(layer, head, full_name((stack, layer, head)) in off) for own, layer, head in all_heads(seen) if own == stack],
        columns=["layer", "head", "off"],
    )
    said = _("{off} of {heads} heads of {name} ({stack}) are switched off.").format(
        off=int(heads["off"].sum()), heads=len(heads), name=seen.model.name, stack=stack
    )
    draw(
        charts.head_switches(heads, clicks=clicks()),
        key=GRID,
        on_select=lambda: _click(stack),
        selection_mode=charts.PICKED,
        alt_text=said,
    )
    st.caption(_("A click switches a head off, and on again. An empty cell with a cross is off."))


def _open_on(seen: Seen, names: Sequence[str], default: list[str]) -> None:
    """The state of the box before it is drawn: heads of another model give way; what a link brings stands, and what was
    off before another tab.
    """
    state = st.session_state
    model = seen.model.name
    if state.get(SHOWN_FOR) == model:
        state.setdefault(OFF, [full_name(head) for head in last_off(seen)])
        return
    asked = st.query_params.get_all(OFF) if SHOWN_FOR not in state else None
    state[OFF] = [name for name in (asked if asked else default) if name in names]
    state[SHOWN_FOR], state[HISTORY] = model, []


def _set(off: list[str]) -> None:
    st.session_state[OFF] = off


def _undo() -> None:
    history = st.session_state[HISTORY]
    history.pop()
    _set(list(history[-1]))


def _toggle(off: list[str], names: Sequence[str]) -> None:
    """All of these off, or all on where they are off already."""
    if set(names) <= set(off):
        _set([name for name in off if name not in names])
    else:
        _set([*off, *(name for name in names if name not in off)])


def _click(stack: str) -> None:
    found = picked(GRID)
    if found:
        _toggle(st.session_state[OFF], [full_name((stack, *found))])


def _switch_layer(seen: Seen, stack: str) -> None:
    chosen = st.session_state[LAYER]
    st.session_state[LAYER] = None
    if chosen:
        layer = int(chosen[1:])
        _toggle(
            st.session_state[OFF],
            [full_name((stack, layer, head)) for head in range(seen.model.attention.heads(stack))],
        )
