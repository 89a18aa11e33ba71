"""What was run here, kept between reruns and shared by all visitors: whoever brings the same text finds it made."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

import streamlit as st

MOST = 16


@st.cache_resource
def _kept() -> OrderedDict[Hashable, Any]:
    return OrderedDict()


def recall(*key: Hashable) -> Any:
    """What stands under a key, None where nothing does."""
    if key in _kept():
        _kept().move_to_end(key)
    return _kept().get(key)


def keep(value: Any, *key: Hashable) -> None:
    """The least recently used go when there are too many."""
    _kept()[key] = value
    while len(_kept()) > MOST:
        _kept().popitem(last=False)
