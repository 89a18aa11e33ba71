"""What to do when a model does not know the script of a sentence."""

import streamlit as st

from mhattn_core.attention import Seen
from mhattn_core.locale import _
from mhattn_core.models.catalogue import entries
from mhattn_core.text.words import HAN_STRETCH
from mhattn_core.ui.chips import chips
from mhattn_core.ui.sidebar import MODELS

SAID_FROM = 0.1
DRAWN_BELOW = 0.5


def may_draw(seen: Seen, stack: str, place: int) -> bool:
    """Say which part of the sentence is unknown to the model; from one half on, draw only when asked."""
    share = seen.unknown_share(stack)
    if share < SAID_FROM:
        return True
    grid = seen.words(stack)
    st.warning(
        _(
            "{name} does not know {share:.0%} of this text's tokens. Their weights say where unknown pieces stand, not what they mean; such words are hatched."
        ).format(name=seen.model.name, share=share),
        icon=":material/question_mark:",
    )
    chips(grid.keys, list(grid.key_axis.unknown))
    _offer_readers(seen, place)
    return share < DRAWN_BELOW or st.toggle(_("Draw it all the same"), key=f"draw-{place}")


def _offer_readers(seen: Seen, place: int) -> None:
    """A button for each model of the catalogue that reads the sentence's language."""
    language = "zh" if any(HAN_STRETCH.search(sentence.text) for sentence in seen.sentences.values()) else "en"
    readers = [name for name, entry in entries().items() if language in entry.languages and name != seen.model.name]
    for name in readers:
        if st.button(
            _("Use {name}, which reads this language").format(name=name),
            key=f"reader-{place}-{name}",
            on_click=_replace_model,
            args=(place, name),
        ):
            st.rerun()  # the whole page: the choice stands in the sidebar
    if not readers:
        st.markdown(_("A model that reads it: type `bert-base-chinese` under *Models* (412 MB from the Hub)."))


def _replace_model(place: int, name: str) -> None:
    models = list(st.session_state[MODELS])
    models[place] = name
    st.session_state[MODELS] = list(dict.fromkeys(models))
