"""What models are called on pages: by their short names, among all that this visitor can meet."""

import json
from collections.abc import Iterable

import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.findings.short import ShortNames
from mhattn_core.ui.scripts import in_browser

SHORT = "short-names"


def meet(models: Iterable[str]) -> None:
    """From now on these are told apart, and who points at a short name reads the full one (``page.js``)."""
    st.session_state[SHORT] = names = ShortNames.among(models)
    full = json.dumps({short: full for full, short in names.items()})
    in_browser("names", "window.mhattnNames = {}".format(full.replace("<", r"\u003c")))  # no name ends the script


def known_names() -> ShortNames:
    """The short names of all models that can be met."""
    known: ShortNames = st.session_state.get(SHORT) or ShortNames()
    return known


def model_label(*models: str) -> str:
    """Models, or heads among several models, in Markdown, or as a label that reads it."""
    return known_names().label(*models)


def model_title(model: str, stack: str) -> str:
    """Above what is drawn of a stack, in Markdown."""
    return f"**{model_label(model)}** · `{stack}`"


def short_text(text: str) -> str:
    """A text without Markdown that may name models, in Markdown."""
    return known_names().markdown(escape(text))
