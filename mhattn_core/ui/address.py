"""What a link reopens: widgets whose value stands in the address.

Streamlit's own binding writes labels into the address, which differ between languages; here the value itself is
written. A person's own sentences never are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

WRITTEN = "address-written"


@contextmanager
def shared(
    key: str, default: Any, *, accepts: Callable[[Any], bool], parse: Callable[[str], Any] = str, write: Callable[[Any], str] = str
) -> Iterator[None]:
    """Tie the widget with ``key``, drawn inside the block, to the address.

    The address wins when a person opens a link or goes back; otherwise the widget does. A value that ``accepts``
    refuses is passed over. The default leaves the address clean.
    """
    state = st.session_state
    _from_address(key, default, parse)
    if key not in state or not accepts(state[key]):
        state[key] = default
    yield
    _to_address(key, write(state[key]) if state[key] != default else None)


def _from_address(key: str, default: Any, parse: Callable[[str], Any]) -> None:
    state = st.session_state
    written, page = state.setdefault(WRITTEN, {}).get(key, (None, ""))
    current = st.query_params.get(key)
    if current == written:
        return
    if current is not None:
        try:
            state[key] = parse(current)
        except ValueError:
            return
    elif page == _page():
        # On the same page the parameter went away: the person went back. On another page it is only not there yet.
        state[key] = default


def _to_address(key: str, value: str | None) -> None:
    st.session_state[WRITTEN][key] = (value, _page())
    if value == st.query_params.get(key):
        return
    if value is None:
        del st.query_params[key]
    else:
        st.query_params[key] = value


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""
