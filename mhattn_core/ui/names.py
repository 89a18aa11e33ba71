"""What models are called on pages: by their short names, among all that this visitor can meet."""

from collections.abc import Iterable

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.findings.short import ShortNames

SHORT = "short-names"


def meet(models: Iterable[str]) -> None:
    """From now on these are told apart."""
    st.session_state[SHORT] = ShortNames.among(models)


def known_names() -> ShortNames:
    """The short names of all models that can be met."""
    known: ShortNames = st.session_state.get(SHORT) or ShortNames()
    return known


def model_label(*models: str) -> str:
    """Models, or heads among several models, in Markdown, or as a label that reads it."""
    return known_names().label(*models)


def short_text(text: str) -> str:
    """A text without Markdown that may name models, in Markdown."""
    return known_names().markdown(escape(text))
