"""Definitions as a reader meets them on the page Methods."""

import re
from collections.abc import Sequence

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.text.methods import Method, sources
from mhattn_core.ui.measure_words import measure_words
from mhattn_core.ui.navigation import page_title

_TITLE = re.compile(r"title = \{(.*?)\}, (?:booktitle|journal|institution)")


def methods_list(shown: Sequence[Method]) -> None:
    """Each method with its sentence, formula, pages and sources; a heading each, so that a link can lead to it."""
    if not shown:
        st.info(_("Nothing here goes by that word."))
    for method in shown:
        st.subheader(method.name, anchor=method.id.replace(".", "-"))
        st.markdown(_sentences(method))
        if method.formula:
            st.latex(method.formula)
        st.caption(" · ".join(filter(None, (_where(method), _by(method)))))


def searchable(method: Method) -> str:
    """Everything that is said of a method, in small letters."""
    return " ".join(
        (method.id, *method.names.values(), _sentences(method), *method.explanations.values(), *method.sources)
    ).lower()


def _sentences(method: Method) -> str:
    words = measure_words().get(method.id)
    return method.says or (f"{words.says} {words.reads}" if words else "")


def _where(method: Method) -> str:
    pages = ", ".join(page_title(page) for page in method.pages)
    return _("On: {pages}").format(pages=pages) if pages else ""


def _by(method: Method) -> str:
    titles = [
        f"{key[:-4].capitalize()} {key[-4:]}, “{found[1]}”"
        for key in method.sources
        if (found := _TITLE.search(sources()[key]))
    ]
    return _("After: {sources}").format(sources="; ".join(titles)) if titles else ""
