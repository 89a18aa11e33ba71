"""What was run here, kept between reruns and shared by all visitors: whoever brings the same text finds it made."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

import streamlit as st

MOST = 16
MOST_BYTES = 400_000_000
_lock = Lock()


@st.cache_resource
def _kept() -> OrderedDict[Hashable, Any]:
    return OrderedDict()


def recall(*key: Hashable) -> Any:
    """What stands under a key, None where nothing does."""
    with _lock:
        if key in _kept():
            _kept().move_to_end(key)
        return _kept().get(key)


def keep(value: Any, *key: Hashable) -> None:
    """The least recently used go when there are too many, or when their weights (``nbytes``) take too much memory together."""
    with _lock:
        kept = _kept()
        kept[key] = value
        kept.move_to_end(key)
        while len(kept) > MOST or (len(kept) > 1 and sum(getattr(one, "nbytes", 0) for one in kept.values()) > MOST_BYTES):
            kept.popitem(last=False)
