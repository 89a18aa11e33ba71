"""Results that take a while, kept between reruns and shared by all visitors, with a bar while they are made.

Streamlit's own caches cannot draw a bar from inside, nor be ended by Stop, so these are none of them.
"""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from mhattn_core.ui.resources import result_id
from mhattn_core.ui.turns import turn
from mhattn_core.visitors.kept import Kept

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

Result = TypeVar("Result")
Tell = Callable[[float], object]


@st.cache_resource
def _of_pairs() -> Kept:
    return Kept(64)


@st.cache_resource
def of_costs() -> Kept:
    """What runs will cost, by the digest of their pairs."""
    return Kept(64)


@st.cache_resource
def of_documents() -> Kept:
    """What was run here on documents: whoever brings the same text finds it made."""
    return Kept(16, most_bytes=400_000_000)


def kept(what: str, seen: "AttentionResult", key: Hashable, text: str, make: Callable[[Tell], Result]) -> Result:
    """``made_once`` for a pair through a model and ``key``."""
    return made_once(_of_pairs(), (what, result_id(seen), key), text, make)


def made_once(results: Kept, name: Hashable, text: str, make: Callable[[Tell], Result]) -> Result:
    """``make(tell)``'s result, made once for all visitors, when it is this one's turn. text: beside the bar.

    tell: takes the share that is done, 0 to 1. While it is told, Stop or another choice ends the work: Streamlit ends
    the run at the bar.
    """
    found: Result | None = results.recall(name)
    if found is not None:
        return found
    place = st.empty()

    def tell(share: float) -> None:
        place.progress(min(max(share, 0.0), 1.0), text=text)

    def in_turn() -> Result:
        with turn(place, text):
            return make(tell)

    result = results.once(name, in_turn, waiting=lambda: tell(0.0))
    place.empty()
    return result
