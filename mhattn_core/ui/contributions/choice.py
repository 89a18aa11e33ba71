"""Choosing the word and the head of the page Fusion; the address carries numbers, and no words of anybody's sentence."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import AUTOMATIC, choose, choose_or_leave, forget_when_changed
from mhattn_core.ui.contributions.data import Fused, first_word, word_places
from mhattn_core.ui.head_choice import HEAD, names_in
from mhattn_core.ui.head_internals.data import axes
from mhattn_core.ui.model_choice import MODEL, take_model

WORD = "word"
"""The state key, and parameter of the address."""


def choose_word(stacks: Sequence[tuple[AttentionResult, str]], gallery_id: str) -> str:
    """A word that one of the stacks reads, as ``word_places`` names it."""
    labels: dict[str, str] = {}
    for seen, stack in stacks:
        units = axes(seen, stack)[0]
        labels = {id_: units.labels[unit] for id_, unit in word_places(seen, stack).items()} | labels
    labels = dict(sorted(labels.items(), key=lambda item: (item[0][0], int(item[0][1:]))))
    forget_when_changed(labels, WORD)
    return choose(
        _("Word"),
        {id_: f"{word} ({id_})" for id_, word in labels.items()},
        key=WORD,
        default=first_word(gallery_id, labels),
        persist=True,
        help_text=_("To which all heads add. Letters name the sentence, numbers count its words from 0."),
    )


def choose_head(model: Fused) -> tuple[int, int]:
    """Layer and head: the reader's choice, or the one that adds most to the word."""
    most = head_name(*model.strongest())
    told = _("Adds most: {name}").format(name=most)
    click = _("The same as a click in a chart of heads.")
    name = (
        choose_or_leave(_("Head"), names_in(model.seen, model.stack), told, key=HEAD, persist=True, help_text=click)
        or most
    )
    return Head.parse(name, model.stack).cell


def chosen_head(model: Fused) -> tuple[int, int]:
    """The same without a box: where the head is chosen in another tab, or of another model."""
    name, of = st.session_state.get(HEAD, AUTOMATIC), st.session_state.get(MODEL, model.name)
    if of == model.name and name in names_in(model.seen, model.stack):
        return Head.parse(name, model.stack).cell
    return model.strongest()


def take_head(model: Fused, place: tuple[int, int] | None) -> None:
    """A head that was clicked in a chart becomes the chosen one, and its model too."""
    if place:
        st.session_state[HEAD] = head_name(*place)
        take_model(model.name)
