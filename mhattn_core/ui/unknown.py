"""What to do when a model does not know the script of a sentence, or was not made for its language."""

from typing import TYPE_CHECKING

import streamlit as st

from mhattn_core.attention.languages import language_of
from mhattn_core.locale import _
from mhattn_core.models.readers import in_place_of, reads
from mhattn_core.text.prose import prose
from mhattn_core.text.segmenters import what_tells_words, words_unknown
from mhattn_core.ui.chips import chips
from mhattn_core.ui.controls import MODELS, take_model_in_place
from mhattn_core.ui.names import model_label

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


SAID_FROM = 0.1
DRAWN_BELOW = 0.5
MOST_DOWNLOADS = 2


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
    offer_readers(seen.model.name, " ".join(sentence.text for sentence in seen.sentences.values()), place)
    return share < DRAWN_BELOW or st.toggle(_("Show anyway"), key=f"draw-{place}")


def offer_readers(name: str, text: str, place: int) -> None:
    """Buttons for models that read the text's language, in the place of this one: those on this machine, else two from
    the Hub.
    """
    # One that is chosen already would take another's place for nothing.
    chosen = st.session_state[MODELS]
    able = {reader: entry for reader, entry in in_place_of(name, text).items() if reader not in chosen}
    here = [reader for reader, entry in able.items() if entry.path() is not None]
    for reader in here or list(able)[:MOST_DOWNLOADS]:
        label = (
            _("Use {name}, which reads this language")
            if here
            else _("Download and use {name} ({size} MB), which reads this language")
        )
        if st.button(
            label.format(name=reader, size=able[reader].size_mb),
            key=f"reader-{place}-{reader}",
            on_click=take_model_in_place,
            args=(place, reader),
        ):
            st.rerun()  # the whole page: the choice stands in the sidebar


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
