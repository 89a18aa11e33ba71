"""The reader's language: ``?lang=``, else the browser's."""

import streamlit as st

from mhattn_core.locale import Language, use_language

KEY = "lang"
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
OPENED_WITH = "lang-opened-with"
SPOKEN = "lang-spoken"


def set_language() -> None:
    """Let every message of this run be in the reader's language. Called before anything is said."""
    state = st.session_state
    asked = st.query_params.get(KEY)
    if asked != state.get(OPENED_WITH) and asked in NAMES:
        # A link was opened, or the person went back; otherwise the switch below decides.
        state[KEY] = state[OPENED_WITH] = asked
    spoken = "zh" if (st.context.locale or "").lower().startswith("zh") else "en"
    if state.get(KEY) not in NAMES:
        state[KEY] = spoken
    elif state[KEY] != spoken and KEY not in st.query_params:
        # Another page's address has forgotten it.
        st.query_params[KEY] = state[OPENED_WITH] = state[KEY]
    state[SPOKEN] = state[KEY]
    use_language(state[KEY])


def keep_language() -> None:
    """The same in a fragment, which Streamlit runs again without the rest of the page."""
    use_language(st.session_state[SPOKEN])


def language_switch() -> None:
    """The switch between the languages."""
    st.segmented_control(
        "Language · 语言",
        list(NAMES),
        format_func=NAMES.__getitem__,
        required=True,
        key=KEY,
        on_change=_write,
        label_visibility="collapsed",
        persist_state="session",
    )


def _write() -> None:
    st.query_params[KEY] = st.session_state[OPENED_WITH] = st.session_state[KEY]
