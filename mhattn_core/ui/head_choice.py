"""Choosing a stack and a head of one model; the address carries the choice."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.code_names import code_names
from mhattn_core.ui.choices import choose, choose_or_leave, put
from mhattn_core.ui.names import known_names, model_label

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
    stacks, written = seen.stacks, seen.pair.feeding.is_generated or not seen.pair.b
    stack = stacks[0]
    if len(stacks) > 1:
        first = "cross" if "cross" in stacks and not written else stack
        label = _("Stack of {name}").format(name=model_label(seen.model.name))
        stack = choose(label, code_names(stacks), key=key_for("stack", place), default=first, pills=True, bare=bare)
    if written and stack != "encoder" and seen.sentences.get("b"):
        st.caption(
            _("{name} wrote the second sentence itself: *{text}*").format(
                name=model_label(trained_name(seen.model.name)), text=escape(seen.sentences["b"].text.strip())
            )
        )
    return stack


def choose_head(
    offered: Sequence[str] | Mapping[str, str], usual: str, automatic: str, *, key: str = HEAD, persist: bool = False
) -> str:
    """The name of the head that a person chose or clicked, else ``usual``, of which ``automatic`` says why; as
    ``choose_or_leave``.
    """
    said, click = automatic.format(name=known_names().name(usual)), _("The same as a click on a head.")
    return choose_or_leave(_("Head"), offered, said, key=key, persist=persist, help_text=click) or usual


def take_head(mark: Mapping[str, Any], *, key: str = HEAD, model: str = "") -> None:
    """A head that was clicked in a chart becomes what ``choose_head`` gives. model: whose, where heads of several are
    offered.
    """
    st.session_state[key] = head_name(int(mark["layer"]), int(mark["head"]), model=model)


def put_head(key: str, model: str, mark: Mapping[str, Any]) -> None:
    """The same for ``choose``."""
    put(key, head_name(int(mark["layer"]), int(mark["head"]), model=model))


def names_in(seen: "AttentionResult", stack: str) -> list[str]:
    """The names of all heads of a stack, layer by layer."""
    return [head.name for head in seen.model.attention.all_heads() if head.stack == stack]
