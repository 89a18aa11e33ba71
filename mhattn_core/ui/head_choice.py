"""Choosing a stack and a head of one model; the address carries the choice."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from mhattn_core.heads import head_name
from mhattn_core.locale import _

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

HEAD = "head"
"""The state key, and parameter of the address, of pages with one head."""


def key_for(what: str, place: int) -> str:
    """The state key, and address parameter, of the model at ``place``: ``head``, ``head2``, ``head3`` …"""
    return what if place == 0 else f"{what}{place + 1}"


def choose_stack(seen: "AttentionResult", place: int) -> str:
    """A stack of the model; cross-attention first where there is some."""
    if len(seen.stacks) == 1:
        return seen.stacks[0]
    # The names of stacks are the library's own in every language, as in tables and addresses.
    return str(
        st.segmented_control(
            _("Stack"), seen.stacks, default="cross", required=True, key=key_for("stack", place), bind="query-params"
        )
    )


def take_head(mark: Mapping[str, Any]) -> None:
    """A head that was clicked in a chart becomes the chosen one of a page with one head."""
    st.session_state[HEAD] = head_name(int(mark["layer"]), int(mark["head"]))


def names_in(seen: "AttentionResult", stack: str) -> list[str]:
    """The names of all heads of a stack, layer by layer."""
    return [head.name for head in seen.model.attention.all_heads() if head.stack == stack]
