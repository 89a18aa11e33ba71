"""Choosing the word and the head of the page Fusion; the address carries numbers, and no words of anybody's
sentence.
"""

from collections.abc import Iterable, Mapping

import streamlit as st

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.experiments.contributions.word import WordContributions
from mhattn_core.findings.contributions.links import first_word
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import AUTOMATIC, choose, forget_when_changed
from mhattn_core.ui.contributions.data import words_read
from mhattn_core.ui.head_choice import HEAD, MODEL, choose_head, names_in, take_head, take_model
from mhattn_core.ui.head_internals.data import axes

WORD = "word"
"""The state key, and parameter of the address."""


def choose_word(stacks: Iterable[tuple[AttentionResult, str]], gallery_id: str) -> str:
    """A word that one of the stacks reads, as ``word_units`` names it."""
    labels: dict[str, str] = {}
    for seen, stack in stacks:
        units = axes(seen, stack)[0]
        labels = {id_: units.labels[unit] for id_, unit in words_read(seen, stack).items()} | labels
    labels = dict(sorted(labels.items(), key=lambda item: (item[0][0], int(item[0][1:]))))
    forget_when_changed(labels, WORD)
    return choose(
        _("Word"),
        {id_: f"{word} ({id_})" for id_, word in labels.items()},
        key=WORD,
        default=first_word(gallery_id, list(labels)),
        persist=True,
        help_text=_("To which all heads add. Letters name the sentence, numbers count its words from 0."),
    )


def choose_head_of(word: WordContributions) -> tuple[int, int]:
    """Layer and head: the reader's choice, or the one that adds most to the word."""
    offered, most = names_in(word.result, word.stack), head_name(*word.strongest())
    return Head.parse(choose_head(offered, most, _("Adds most: {name}"), persist=True), word.stack).cell


def chosen_head(word: WordContributions) -> tuple[int, int]:
    """The same without a box: where the head is chosen in another tab, or of another model."""
    name, of = st.session_state.get(HEAD, AUTOMATIC), st.session_state.get(MODEL, word.name)
    if of == word.name and name in names_in(word.result, word.stack):
        return Head.parse(name, word.stack).cell
    return word.strongest()


def take_head_and_model(word: WordContributions, mark: Mapping[str, int]) -> None:
    """A head that was clicked in a chart becomes the chosen one, and its model too."""
    take_head(mark)
    take_model(word.name)
