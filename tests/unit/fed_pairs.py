"""Pairs as fed, with patterns that some network could make of them."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from mhattn_core.arrays.word_layer import WordAxes
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_spans
from mhattn_core.text.words import Sentence, cut

HEADS = 3
STACKS = st.sampled_from(["encoder", "decoder"])


@dataclass(frozen=True)
class Fed:
    """A pair as fed, and the pattern ``[head, token, token]`` that some network makes of it."""

    sentences: dict[str, Sentence]
    pieces: list[Piece]
    pattern: np.ndarray


def fed(seed: int, stack: str) -> Fed:
    """Up to three words in each sentence; pieces of one to three characters that start and stop inside and across
    words.
    """
    rng = np.random.default_rng(seed)
    sentences = {
        side: cut(" ".join(["ab", "cde", "f"][: rng.integers(least, 4)])) for side, least in (("a", 1), ("b", 0))
    }
    pieces = [Piece(0)]
    for side, sentence in sentences.items():
        start = 0
        while start < len(sentence.text):
            end = min(start + int(rng.integers(1, 4)), len(sentence.text))
            pieces.append(Piece(1, side, start, end))
            start = end
        pieces.append(Piece(0))
    scores = rng.normal(scale=3, size=(HEADS, len(pieces), len(pieces)))
    if stack == "decoder":
        scores[:, np.triu(np.ones(scores.shape[1:], dtype=bool), 1)] = -np.inf
    weights = np.exp(scores)
    return Fed(sentences, pieces, (weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32))


def axes_of(pairs: list[Fed], stack: str) -> WordAxes:
    spans = [piece_spans(pair.pieces) for pair in pairs]
    return word_axes(stack, HEADS, spans, spans, [word_spans(pair.sentences) for pair in pairs])
