"""What the sidebar holds, as every page reads it; what the reader has chosen, and not the page, goes from page to page."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from mhattn_core.text.pair import SentencePair

MODELS, PAIR = "models", "pair"
"""State keys, and parameters of the address."""
MOST_MODELS = 12
OPENED_AT_ONCE = 4
"""Models of a run that a link to it opens: each is loaded."""


@dataclass(frozen=True)
class Controls:
    """models: names, one to four; pair: the sentences as typed; gallery_id: empty for a person's own pair.

    evidence: ``pair``, or the key of a finished run that pages which can draw from runs draw from.
    """

    models: tuple[str, ...]
    pair: SentencePair
    gallery_id: str
    evidence: str


CHOSEN = "chosen"


def choose_for_good(key: str) -> None:
    """From now on the choice is the reader's; for callbacks too."""
    st.session_state.setdefault(CHOSEN, set()).add(key)


def take_models(names: Iterable[str]) -> None:
    """Make these the models of the sidebar, as if the reader had chosen them; in a callback only."""
    choose_for_good(MODELS)
    st.session_state[MODELS] = list(dict.fromkeys(names))


def take_model_in_place(place: int, name: str) -> None:
    """Put a model of the sidebar in the place of another; in a callback only."""
    models = st.session_state[MODELS]
    take_models([*models[:place], name, *models[place + 1 :]])
