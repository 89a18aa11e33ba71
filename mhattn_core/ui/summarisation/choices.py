"""Choices that stand in the address by name, so that a link opens in any language."""

from collections.abc import Mapping

import streamlit as st


def choose(label: str, labels: Mapping[str, str], *, key: str, help: str | None = None) -> str:
    """One of ``labels``, name → what it is called in the reader's language; the first at first. key: the parameter of
    the address.
    """
    state, kept = f"choice-{key}", f"chosen-{key}"
    if st.session_state.get(state) not in labels:
        # Streamlit forgets a widget that is not drawn for a while.
        asked = st.session_state.get(kept) or st.query_params.get(key, "")
        st.session_state[state] = asked if asked in labels else next(iter(labels))

    def write() -> None:
        st.query_params[key] = st.session_state[kept] = st.session_state[state]

    return str(
        st.segmented_control(
            label, list(labels), format_func=labels.__getitem__, required=True, key=state, on_change=write, help=help
        )
    )
