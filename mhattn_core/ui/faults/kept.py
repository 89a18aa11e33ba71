"""Results that take a while, kept between reruns and shared by all visitors, with a bar while they are made."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from mhattn_core.attention import Seen
from mhattn_core.ui.resources import HASHES

MOST = 64
Result = TypeVar("Result")
Tell = Callable[[float], object]


@st.cache_resource
def _results() -> OrderedDict[Hashable, object]:
    return OrderedDict()


def kept(what: str, seen: Seen, key: Hashable, text: str, make: Callable[[Tell], Result]) -> Result:
    """``make(tell)``'s result, made once for a pair through a model and ``key``; the least recently used go when there are too many.

    tell: takes the share that is done, 0 to 1. While it is told, Stop or another choice ends the work: Streamlit ends the run at the bar.
    Streamlit's own caches cannot draw a bar from inside, so this is not one of them.
    """
    results = _results()
    name = what, HASHES[Seen](seen), key
    found = results.get(name)
    if found is None:
        place = st.empty()
        found = results[name] = make(lambda share: place.progress(min(max(share, 0.0), 1.0), text=text))
        place.empty()
        while len(results) > MOST:
            results.popitem(last=False)
    results.move_to_end(name)
    return found  # type: ignore[return-value]  # what stands under a name was made by its own make
