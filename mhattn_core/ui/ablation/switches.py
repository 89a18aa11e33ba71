"""Choosing heads to switch off: by a click in the grid, by name, a layer at a time; with undo. The address holds
them.
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.heads import Head, layer_name
from mhattn_core.locale import _
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import draw, wide_and_narrow

OFF, GRID = "off", "switches"
LAYER = "off-layer"
HISTORY = "off-history"
SHOWN_FOR = "off-shown-for"


def choose_off(seen: AttentionResult, place: int, default: Sequence[Head]) -> list[Head]:
    """The heads that are off: the person's choice, or ``default`` when the model is opened."""
    names = {head.full_name: head for head in seen.model.attention.all_heads()}
    _open_on(seen, list(names), [head.full_name for head in default])
    history: list[list[str]] = st.session_state.setdefault(HISTORY, [])
    stack = choose_stack(seen, place)
    wide, narrow = wide_and_narrow(GRID)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layers = list(map(layer_name, seen.model.attention.attending(stack)))
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


def last_off(seen: AttentionResult) -> list[Head]:
    """The heads that were off when ``choose_off`` was drawn last, if that was for this model."""
    history: list[list[str]] = st.session_state.get(HISTORY, [])
    if not history or st.session_state[SHOWN_FOR] != seen.model.name:
        return []
    return [Head.parse(name) for name in history[-1]]


def _grid(seen: AttentionResult, stack: str, off: Sequence[str]) -> None:
    heads = pd.DataFrame(
        [(*head.cell, head.full_name in off) for head in seen.model.attention.all_heads() if head.stack == stack],
        columns=["layer", "head", "off"],
    )
    said = _("Switched off in {name} ({stack}): {off} of {heads} heads.").format(
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


def _open_on(seen: AttentionResult, names: Sequence[str], default: list[str]) -> None:
    """The state of the box before it is drawn: heads of another model give way; what a link brings stands, and what was
    off before another tab.
    """
    state = st.session_state
    model = seen.model.name
    if state.get(SHOWN_FOR) == model:
        state.setdefault(OFF, [head.full_name for head in last_off(seen)])
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
        _toggle(st.session_state[OFF], [Head(stack, *found).full_name])


def _switch_layer(seen: AttentionResult, stack: str) -> None:
    chosen = st.session_state[LAYER]
    st.session_state[LAYER] = None
    if chosen:
        heads = seen.model.attention.all_heads()
        of_layer = [head.full_name for head in heads if (head.stack, layer_name(head.layer)) == (stack, chosen)]
        _toggle(st.session_state[OFF], of_layer)
