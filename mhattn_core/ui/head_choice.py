"""Choosing a stack and a head of one model; the address carries the choice."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.measures.default_head import heads_by_entropy
from mhattn_core.ui.choices import choose_or_leave
from mhattn_core.ui.resources import HASHES

HEAD = "head"
"""The state key, and parameter of the address, of pages with one head."""


def key_for(what: str, place: int) -> str:
    """The state key, and address parameter, of the model at ``place``: ``head``, ``head2``, ``head3`` …"""
    return what if place == 0 else f"{what}{place + 1}"


def choose_stack(seen: AttentionResult, place: int) -> str:
    """A stack of the model; cross-attention first where there is some."""
    if len(seen.stacks) == 1:
        return seen.stacks[0]
    # The names of stacks are the library's own in every language, as in tables and addresses.
    return str(
        st.segmented_control(
            _("Stack"), seen.stacks, default="cross", required=True, key=key_for("stack", place), bind="query-params"
        )
    )


def choose_head(seen: AttentionResult, stack: str, place: int, gallery_heads: Mapping[str, str]) -> tuple[Head, str]:
    """A head of the stack: the person's choice, or a telling one; and why that is shown, empty where it was chosen."""
    telling, reason = _telling_head(seen, stack, gallery_heads)
    told = _("Suggested head: {name}").format(name=telling)
    chosen = choose_or_leave(_("Head"), names_in(seen, stack), told, key=key_for(HEAD, place))
    return (Head.parse(chosen, stack), "") if chosen else (Head.parse(telling, stack), reason)


def take_head(mark: Mapping[str, Any]) -> None:
    """A head that was clicked in a chart becomes the chosen one of a page with one head."""
    st.session_state[HEAD] = head_name(int(mark["layer"]), int(mark["head"]))


def names_in(seen: AttentionResult, stack: str) -> list[str]:
    """The names of all heads of a stack, layer by layer."""
    return [head.name for head in seen.model.attention.all_heads() if head.stack == stack]


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _most_concentrated(seen: AttentionResult, stack: str) -> str:
    grid = seen.words(stack)
    return head_name(*heads_by_entropy(grid)[0])


def _telling_head(seen: AttentionResult, stack: str, gallery_heads: Mapping[str, str]) -> tuple[str, str]:
    if seen.model.name in gallery_heads and stack == seen.stacks[0]:
        return gallery_heads[seen.model.name], _("Chosen for this sentence by hand.")
    return _most_concentrated(seen, stack), _(
        "Shown because it is the most concentrated head (least normalised entropy) among those with less than half of "
        "their mass on special tokens."
    )
