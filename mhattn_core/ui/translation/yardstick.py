"""What the links of a head are compared with: gold, or an aligner of another kind."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.attention.languages import language_of
from mhattn_core.attention.pieces import encode
from mhattn_core.attention.token_kinds import unknown_share
from mhattn_core.errors import Problem
from mhattn_core.experiments.alignment.align import mean_links, yardstick_links
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.measures.alignment.aligned import Gold, gold_links
from mhattn_core.models import Model
from mhattn_core.models.control_names import is_control
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment, check, parse
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import HASHES, attended, loaded, models
from mhattn_core.ui.translation.orientation import is_turned, reads
from mhattn_core.ui.unforeseen import foreseen

USUAL_ENCODER = "minilm"
UNKNOWN_BELOW = 0.5
"""From this share of unknown pieces on, an encoder's vectors say nothing about the words."""


@dataclass(frozen=True)
class Yardstick:
    """What the page compares with: gold links of the sidebar's pair, or else the aligners to try in turn."""

    gold: Alignment | None
    aligners: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """Links to compare with, ``[target, source]`` as one model reads the pair; ``measure`` is ``aer`` against gold,
    else ``f1``.
    """

    links: Gold
    measure: str
    says: str


def choose_yardstick(controls: Controls) -> Yardstick:
    """Let the reader give gold links, or choose what to compare with where there are none."""
    given = gallery()[controls.gallery_id].alignment if controls.gallery_id else None
    aligners = [*(name for name in controls.models if reads(name) and not is_control(name)), *_encoders(controls)]
    typed = ""
    if controls.pair.b:
        typed = st.text_input(
            _("Gold links: source-target, words counted from 0; 1p2 is only possible"),
            value=str(given or ""),
            placeholder="0-0 1-2 2p1",
            key=f"gold-{hash((controls.pair.source, controls.pair.target))}",
        )
    with problems():
        if typed.strip():
            gold = parse(typed)
            check(gold, len(controls.pair.a.words), len(controls.pair.b.words))
            return Yardstick(gold, ())
    first = st.selectbox(
        _("Without gold, compare with the links of"), aligners, key="yardstick", persist_state="session"
    )
    return Yardstick(None, tuple(dict.fromkeys([first, *aligners])))


def reference(yardstick: Yardstick, seen: AttentionResult, *, turned: bool) -> Reference | None:
    """The links to compare one model's heads with; None where no aligner reads both sentences."""
    if yardstick.gold is not None:
        gold = yardstick.gold.turned if turned else yardstick.gold
        return Reference(gold_links(gold, seen.pair), "aer", _("Gold links, drawn by a person."))
    pair = replace(seen.pair, target=seen.sentences["b"].text)
    for name in yardstick.aligners:
        found = _links_by(name, pair) if name != seen.model.name else None
        if found is not None:
            return Reference(Gold(found, found), "f1", _says(name))
    return None


def _links_by(name: str, pair: SentencePair) -> np.ndarray | None:
    """An aligner's links; None where it cannot be had, which its own panel says."""
    try:
        with foreseen(name):
            return _links(loaded(name), pair)
    except Problem:
        return None


def _says(name: str) -> str:
    if reads(name):
        says = _(
            "Links of {name}: the mean of all heads in its last decoder layer but one. They are another model's guess, not gold."
        )
    else:
        says = _(
            "Links by {name}: words that are each other's nearest by their embeddings. They are another model's guess, not gold."
        )
    return says.format(name=escape(name))


@st.cache_data(max_entries=50, show_spinner=False, hash_funcs=HASHES)
def _links(model: Model, pair: SentencePair) -> np.ndarray | None:
    """An aligner's links ``[target, source]``; None where it does not read both sentences."""
    try:
        if not reads(model.name):
            return yardstick_links(model, pair) if _knows(model, pair) else None
        if language_of(pair.a.text) == language_of(pair.b.text):
            return None  # a translator has nothing to say about two sentences of one language
        turned = is_turned(model.name, pair)
        links = mean_links(attended(model.name, pair.turned if turned else pair))
    except Problem:
        return None
    return links.T if turned else links


def _knows(model: Model, pair: SentencePair) -> bool:
    unknown = model.tokenizer.unk_token_id
    read = [encode(model, sentence.text, special=False).pieces for sentence in (pair.a, pair.b)]
    return all(unknown_share(pieces, unknown) < UNKNOWN_BELOW for pieces in read)


def _encoders(controls: Controls) -> list[str]:
    """Trained encoders without a decoder: the chosen ones, the one that always is here, then the others in memory."""
    here = [name for name in models().names() if not is_control(name) and loaded(name).stacks == ("encoder",)]
    return list(dict.fromkeys([*(name for name in here if name in controls.models), USUAL_ENCODER, *here]))
