"""Choosing a stack and a head of one model; the address carries the choice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from mhattn_core.attention import Seen
from mhattn_core.locale import _
from mhattn_core.measures.telling import heads_by_entropy
from mhattn_core.ui.automatic import AUTOMATIC, relabel
from mhattn_core.ui.resources import HASHES

HEAD = "head"
"""The state key, and parameter of the address, of pages with one head."""
NAME = re.compile(r"L(\d+) H(\d+)")


@dataclass(frozen=True)
class Head:
    """A chosen head; ``reason`` says why it is shown if nobody chose it."""

    stack: str
    layer: int
    head: int
    reason: str = ""

    @property
    def name(self) -> str:
        return head_name(self.layer, self.head)


def head_name(layer: int, head: int) -> str:
    """How a head is named everywhere; both count from 0."""
    return f"L{layer} H{head}"


def parse_head(name: str) -> tuple[int, int]:
    """Layer and head of a name such as ``L3 H7``."""
    matched = NAME.fullmatch(name)
    if not matched:
        raise ValueError(f"not a head: {name!r}")
    return int(matched[1]), int(matched[2])


def key_for(what: str, place: int) -> str:
    """The state key, and address parameter, of the model at ``place``: ``head``, ``head2``, ``head3`` …"""
    return what if place == 0 else f"{what}{place + 1}"


def choose_stack(seen: Seen, place: int) -> str:
    """A stack of the model; cross-attention first where there is some."""
    if len(seen.stacks) == 1:
        return seen.stacks[0]
    # The names of stacks are the library's own in every language, as in tables and addresses.
    return str(
        st.segmented_control(
            _("Stack"), seen.stacks, default="cross", required=True, key=key_for("stack", place), bind="query-params"
        )
    )


def choose_head(seen: Seen, stack: str, place: int, gallery_heads: Mapping[str, str]) -> Head:
    """A head of the stack: the person's choice, or a telling one with the reason why it is shown."""
    telling, reason = _telling_head(seen, stack, gallery_heads)
    told = _("A telling head: {name}").format(name=telling)
    chosen = select_head(head_names(seen, stack), told, key=key_for(HEAD, place))
    return Head(stack, *parse_head(chosen)) if chosen else Head(stack, *parse_head(telling), reason)


def head_names(seen: Seen, stack: str) -> list[str]:
    """All heads of a stack, layer by layer."""
    attention = seen.model.attention
    return [
        head_name(layer, head) for layer in range(attention.layers(stack)) for head in range(attention.heads(stack))
    ]


def select_head(
    names: Sequence[str], told: str, *, key: str = HEAD, persist: bool = False, help_text: str | None = None
) -> str:
    """A box with all heads; empty where the reader leaves the choice to the page. told: what that is called."""
    if st.session_state.get(key, AUTOMATIC) not in (AUTOMATIC, *names):
        st.session_state[key] = AUTOMATIC  # a head of another model
    relabel(key, told)
    name = st.selectbox(
        _("Head"),
        [AUTOMATIC, *names],
        format_func=lambda name: told if name == AUTOMATIC else name,
        key=key,
        bind="query-params",
        persist_state="session" if persist else None,
        help=help_text,
    )
    return "" if name == AUTOMATIC else str(name)


@st.cache_data(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def _most_concentrated(seen: Seen, stack: str) -> str:
    grid = seen.words(stack)
    return head_name(*heads_by_entropy(grid)[0])


def _telling_head(seen: Seen, stack: str, gallery_heads: Mapping[str, str]) -> tuple[str, str]:
    if seen.model.name in gallery_heads and stack == seen.stacks[0]:
        return gallery_heads[seen.model.name], _("Chosen for this sentence by hand.")
    return _most_concentrated(seen, stack), _(
        "Shown because it is the most concentrated head (least normalised entropy) among those with less than half of their mass on special tokens."
    )
