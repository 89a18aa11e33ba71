"""Choosing a model that is taken apart, its stack and its head; the address carries the choice."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.readers import can_read, language_told
from mhattn_core.text.code_names import code_names
from mhattn_core.ui.choices import choose, choose_or_leave, put
from mhattn_core.ui.controls import Controls
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


MODEL = "model"
"""The state key, and parameter of the address, which holds the name and not the label: there, signs are escaped."""


def choose_model(controls: Controls) -> int:
    """The place in the sidebar of the model that is taken apart; at first one that was made to read the pair."""
    language = language_told(controls.pair.a.text)
    able = [name for name in controls.models if can_read(name, language) or is_turned(name, controls.pair)]
    return controls.models.index(choose_name(controls.models, first=next(iter(able), "")))


def choose_name(names: Sequence[str], *, first: str = "") -> str:
    """One of these models; without a choice where there is one only. first: opened until another is chosen."""
    if len(names) == 1:
        return names[0]
    return choose(_("Model"), {name: model_label(name) for name in names}, key=MODEL, default=first or None, pills=True)


def take_model(name: str) -> None:
    """Choose without the widget: what a click in a model's chart does."""
    put(MODEL, name)
