"""Choices by name that stand in the address, whatever language their labels are in."""

from collections.abc import Mapping

import streamlit as st


def choose(
    label: str, labels: Mapping[str, str], *, key: str, default: str, pills: bool = False, help_text: str | None = None
) -> str:
    """A name of ``labels`` (name → what the reader sees): the one in the address where it is offered, else ``default``,
    which may change.

    The address is the only memory, so what was not chosen by anybody follows the page. pills: side by side instead of a
    list.
    """
    asked = st.query_params.get(key, "")
    st.session_state[key] = asked if asked in labels else default
    if pills:
        # A click on the open choice would leave none.
        st.segmented_control(
            label,
            list(labels),
            format_func=labels.__getitem__,
            key=key,
            on_change=_write,
            args=(key,),
            required=True,
            help=help_text,
        )
    else:
        st.selectbox(
            label, list(labels), format_func=labels.__getitem__, key=key, on_change=_write, args=(key,), help=help_text
        )
    return str(st.session_state[key])


def put(key: str, name: str) -> None:
    """Choose without the widget: what a click in a chart does. An empty name goes back to the default."""
    if name:
        st.query_params[key] = name
    elif key in st.query_params:
        del st.query_params[key]


def _write(key: str) -> None:
    put(key, st.session_state[key])
