"""Which of two sentences a translator reads, and whether it can read it."""

import streamlit as st

from mhattn_core.attention.languages import language_of
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.pair import SentencePair

TRANSLATES_ONE_WAY = "marian"


def reads(name: str) -> str:
    """The one language that a translator of the catalogue reads; empty for other models."""
    entry = entries().get(trained_name(name))
    return entry.languages[0] if entry and entry.family == TRANSLATES_ONE_WAY else ""


def is_turned(name: str, pair: SentencePair) -> bool:
    """Whether a model should read the second sentence as its source: it is in the one language that it reads, and the
    first is not.
    """
    return bool(pair.b) and reads(name) == language_of(pair.b.text) != language_of(pair.a.text)


def tell_unreadable(name: str, text: str) -> None:
    """Say so where a translator is given a language that it was not trained to read."""
    language = reads(name)
    if language in ("", language_of(text)):
        return
    names = {"en": _("English"), "zh": _("Chinese")}
    others = [
        entry.name
        for entry in entries().values()
        if reads(entry.name) == language_of(text) and entry.path() is not None
    ]
    said = _(
        "{name} was trained to read {language} only. What it writes here, and every number that follows, says little about its heads."
    )
    choose = (
        _("Choose {others} under Models, or another sentence.").format(others=escape(", ".join(others)))
        if others
        else ""
    )
    st.warning(f"{said.format(name=escape(name), language=names[language])} {choose}", icon=":material/translate:")
