"""What to do when a model does not know the script of a sentence."""

from typing import TYPE_CHECKING

import regex
import streamlit as st

from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.prose import prose
from mhattn_core.text.segmenters import what_tells_words, words_unknown
from mhattn_core.text.words import HAN_STRETCH
from mhattn_core.ui.chips import chips
from mhattn_core.ui.controls import MODELS
from mhattn_core.ui.names import model_label

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

SAID_FROM = 0.1
DRAWN_BELOW = 0.5
MOST_DOWNLOADS = 2
LATIN = regex.compile(r"\p{Latin}")


def unsegmented(seen: "AttentionResult") -> tuple[str, ...]:
    """Languages of the pair whose words are not known here."""
    return tuple(sorted({language for sentence in seen.sentences.values() for language in sentence.unsegmented}))


def may_draw(seen: "AttentionResult", stack: str, place: int) -> bool:
    """Say what of the sentence cannot be cut into words, and which part is unknown to the model; from one half on, draw
    only when asked.
    """
    if languages := unsegmented(seen):
        effect = _("What stands between two spaces counts as one word, and the matrix of a head shows tokens instead.")
        st.warning(f"{words_unknown(languages)} {effect} {what_tells_words()}", icon=":material/space_bar:")
    share = seen.unknown_share(stack)
    if share < SAID_FROM:
        return True
    grid = seen.words(stack)
    st.warning(
        prose("unknown_tokens").format(name=model_label(seen.model.name), share=share),
        icon=":material/question_mark:",
    )
    chips(grid.keys, list(grid.key_axis.unknown))
    _offer_readers(seen, place)
    return share < DRAWN_BELOW or st.toggle(_("Draw it all the same"), key=f"draw-{place}")


def _offer_readers(seen: "AttentionResult", place: int) -> None:
    """Buttons for models that read the sentence's language: those on this machine, else two from the Hub."""
    language = _language(" ".join(sentence.text for sentence in seen.sentences.values()))
    model = trained_name(seen.model.name)
    readers = [entry for entry in entries().values() if language in entry.languages and entry.name != model]
    here = [entry for entry in readers if entry.path() is not None]
    for entry in here or readers[:MOST_DOWNLOADS]:
        label = (
            _("Use {name}, which reads this language")
            if here
            else _("Download and use {name} ({size} MB), which reads this language")
        )
        if st.button(
            label.format(name=entry.name, size=entry.size_mb),
            key=f"reader-{place}-{entry.name}",
            on_click=_replace_model,
            args=(place, entry.name),
        ):
            st.rerun()  # the whole page: the choice stands in the sidebar


def _language(text: str) -> str:
    """Of those that models of the catalogue read, by the script; empty for any other."""
    if HAN_STRETCH.search(text):
        return "zh"
    return "en" if LATIN.search(text) else ""


def _replace_model(place: int, name: str) -> None:
    models = list(st.session_state[MODELS])
    models[place] = name
    st.session_state[MODELS] = list(dict.fromkeys(models))
