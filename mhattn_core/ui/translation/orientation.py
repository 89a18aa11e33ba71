"""Whether a translator can read what it is given."""

import streamlit as st

from mhattn_core.attention.languages import language_of
from mhattn_core.experiments.alignment.translators import reads
from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.text.prose import prose
from mhattn_core.ui.names import model_label


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
    said = prose("trained_for_language")
    choose = (
        _("Choose {others} under Models, or another sentence.").format(others=model_label(*others)) if others else ""
    )
    st.warning(f"{said.format(name=model_label(name), language=names[language])} {choose}", icon=":material/translate:")
