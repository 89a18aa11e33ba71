"""Choosing a stack and a head of one model; the address carries the choice."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.text.code_names import code_names
from mhattn_core.ui.choices import choose
from mhattn_core.ui.names import model_label

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

HEAD = "head"
"""The state key, and parameter of the address, of pages with one head."""


def key_for(what: str, place: int) -> str:
    """The state key, and address parameter, of the model at ``place``: ``head``, ``head2``, ``head3`` …"""
    return what if place == 0 else f"{what}{place + 1}"


def choose_stack_of(model: str, labels: Mapping[str, str], place: int) -> str:
    """One of a model's stacks, name → label, at first the first; without a choice where there is one only, or none."""
    first = next(iter(labels), "")
    if len(labels) < 2:
        return first
    label = _("Stack of {name}").format(name=model_label(model))
    return choose(label, labels, key=key_for("stack", place), default=first)


def choose_stack(seen: "AttentionResult", place: int, *, bare: bool = False) -> str:
    """A stack of the model: cross-attention first where there is some, and a second sentence that somebody gave.

    bare: the label is for screen readers only.
    """
    stacks = seen.stacks
    if len(stacks) == 1:
        return stacks[0]
    written = not seen.pair.b
    first = "cross" if "cross" in stacks and not written else stacks[0]
    label = _("Stack of {name}").format(name=model_label(seen.model.name))
    stack = choose(label, code_names(stacks), key=key_for("stack", place), default=first, pills=True, bare=bare)
    if written and stack != "encoder" and "b" in seen.sentences:
        st.caption(
            _("{name} wrote the second sentence itself: *{text}*").format(
                name=model_label(seen.model.name), text=escape(seen.sentences["b"].text)
            )
        )
    return stack


def take_head(mark: Mapping[str, Any]) -> None:
    """A head that was clicked in a chart becomes the chosen one of a page with one head."""
    st.session_state[HEAD] = head_name(int(mark["layer"]), int(mark["head"]))


def names_in(seen: "AttentionResult", stack: str) -> list[str]:
    """The names of all heads of a stack, layer by layer."""
    return [head.name for head in seen.model.attention.all_heads() if head.stack == stack]
