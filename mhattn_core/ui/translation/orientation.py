"""Whether a translator can read what it is given."""

import streamlit as st

from mhattn_core.attention.languages import language_of
from mhattn_core.locale import _
from mhattn_core.models.readers import reads
from mhattn_core.text.prose import prose
from mhattn_core.ui.names import model_label
from mhattn_core.ui.unknown import offer_readers


def may_translate(name: str, text: str, place: int) -> bool:
    """Say so where a translator is given a language that it was not trained to read; then it is run only when asked."""
    language = reads(name)
    if language in ("", language_of(text)):
        return True
    names = {"en": _("English"), "zh": _("Chinese")}
    said = prose("trained_for_language").format(name=model_label(name), language=names[language])
    st.warning(said, icon=":material/translate:")
    offer_readers(name, text, place)
    return st.toggle(_("Show anyway"), key=f"translate-{place}")
