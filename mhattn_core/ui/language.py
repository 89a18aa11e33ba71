"""The reader's language: ``?lang=``, else the browser's."""

import streamlit as st

from mhattn_core.locale import Language, use_language
from mhattn_core.ui.address import shared

KEY = "lang"
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}


def set_language() -> None:
    """Let every message of this run be in the reader's language. Called before anything is said."""
    asked = st.session_state.get(KEY) or st.query_params.get(KEY)
    use_language(asked if asked in NAMES else _browser_language())


def language_switch() -> None:
    """The switch between the languages."""
    with shared(KEY, _browser_language(), accepts=NAMES.__contains__):
        st.segmented_control(
            "Language · 语言", list(NAMES), format_func=NAMES.__getitem__, required=True, key=KEY, label_visibility="collapsed"
        )
    use_language(st.session_state[KEY])


def _browser_language() -> Language:
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"
