"""How a sentence is cut into words: shown as chips, edited in a box, carried by a link."""

import re

import streamlit as st

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.prose import prose
from mhattn_core.text.words import Sentence, cut
from mhattn_core.ui.chips import chips
from mhattn_core.ui.page import problems
from mhattn_core.ui.visit import visit

INNER_SPACE = "\N{NO-BREAK SPACE}"
"""Stands in the box for a space inside a word."""
BETWEEN_WORDS = re.compile(rf"[^\S{INNER_SPACE}]+")


def with_cut(pair: SentencePair) -> SentencePair:
    """Show the words, and let them be cut otherwise. A cut that does not fit is told, and the usual one goes on."""
    try:
        a, b = pair.a, pair.b
    except Problem:
        pair = SentencePair(pair.source, pair.target)
        a, b = pair.a, pair.b
    for sentence in filter(None, (a, b)):
        chips([word.text for word in sentence.words])
    with st.expander(_("Edit word boundaries"), icon=":material/content_cut:"):
        st.caption(prose("words_meet"))
        for side, typed, sentence in (("source", pair.source, a), ("target", pair.target, b)):
            if sentence:
                _edit(side, typed, sentence)
    return pair


def _edit(side: str, typed: str, sentence: Sentence) -> None:
    label = _("Words of the first sentence") if side == "source" else _("Words of the second sentence")
    in_box = {re.sub(r"\s", INNER_SPACE, word.text): word.text for word in sentence.words}
    usual = " ".join(re.sub(r"\s", INNER_SPACE, word.text) for word in sentence.words)
    edited = st.text_input(label, value=usual, key=f"cut-{side}-{hash(typed)}")
    if edited == usual:
        return
    words = tuple(in_box.get(word, word.replace(INNER_SPACE, " ")) for word in BETWEEN_WORDS.split(edited) if word)
    with problems():
        cut(typed, words)
        visit().cuts[typed] = words
        st.rerun()
