"""The word grid, on which models with different tokenizers meet.

Attention *to* a word is summed over its pieces, *from* a word averaged over them (Clark et al. 2019, section 4.1).
Special tokens are dropped and their mass is kept as ``special_mass``; nothing is renormalised, so that each row and
its special mass make one. A piece that lies across two words is shared out by characters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mhattn_core.attention.token_kinds import Piece
from mhattn_core.text.words import Sentence

Array = np.ndarray


@dataclass(frozen=True)
class WordAxis:
    """The words on one axis, sentence A before sentence B.

    ``shares`` ``[piece, word]``: which part of the piece's characters lies in the word; a special piece's row is 0.
    ``sides``: the sentence of each word. ``unknown`` ``[word]``: the share of the word that the tokenizer does not
    know.
    """

    words: tuple[str, ...]
    sides: tuple[str, ...]
    shares: Array
    unknown: Array

    @property
    def seen(self) -> Array:
        """bool ``[word]``: whether any piece covers the word; a tokenizer may drop a character without a trace."""
        return self.shares.sum(axis=0) > 0

    def averaged(self, rows: Array) -> Array:
        """Rows of pieces ``[..., piece, column]`` averaged over each word's pieces, ``[..., word, column]``; NaN for
        words not seen.
        """
        words = np.swapaxes(_normalised(self.shares, axis=0), 0, 1) @ rows
        words[..., ~self.seen, :] = np.nan
        return words


@dataclass(frozen=True)
class WordGrid:
    """The patterns of one stack on words.

    ``pattern`` ``[layer, head, query word, key word]``; ``special_mass`` ``[layer, head, query word]``;
    ``visible`` ``[query word, key word]``: which keys a query may see (a causal model sees no later word).
    Rows of a word that no piece covers are NaN.
    """

    pattern: Array
    special_mass: Array
    visible: Array
    query_axis: WordAxis
    key_axis: WordAxis

    @property
    def queries(self) -> tuple[str, ...]:
        return self.query_axis.words

    @property
    def keys(self) -> tuple[str, ...]:
        return self.key_axis.words

    def block(self, queries: str, keys: str) -> Array:
        """The part of the patterns from words of one sentence to words of another: ``block("a", "b")`` is A→B.

        Shape ``[layer, head, query word of the one, key word of the other]``; empty where the stack has no such words.
        """
        rows = [side == queries for side in self.query_axis.sides]
        columns = [side == keys for side in self.key_axis.sides]
        return self.pattern[:, :, rows][..., columns]


def word_axis(pieces: Sequence[Piece], sentences: Mapping[str, Sentence], unknown_id: int | None) -> WordAxis:
    """Map pieces to the words of the sentences that they cover, by characters."""
    sides = sorted({piece.side for piece in pieces if piece.side})
    columns = [(side, word) for side in sides for word in sentences[side].words]
    column_of = {
        (side, place): column for column, (side, word) in enumerate(columns) for place in range(word.start, word.end)
    }
    counts = np.zeros((len(pieces), len(columns)), dtype=np.float32)
    for row, piece in enumerate(pieces):
        for place in range(piece.start, piece.end):
            column = column_of.get((piece.side, place)) if piece.side else None
            if column is not None:
                counts[row, column] += 1
    shares = _normalised(counts, axis=1)
    is_unknown = np.array([piece.side is not None and piece.id == unknown_id for piece in pieces], dtype=np.float32)
    return WordAxis(
        tuple(word.text for _side, word in columns),
        tuple(side for side, _word in columns),
        shares,
        is_unknown @ _normalised(shares, axis=0),
    )


def to_words(pattern: Array, query_axis: WordAxis, key_axis: WordAxis, *, causal: bool = False) -> WordGrid:
    """Bring patterns ``[layer, head, query piece, key piece]`` onto words."""
    words = query_axis.averaged(pattern @ key_axis.shares)
    visible = np.ones(words.shape[-2:], dtype=bool)
    return WordGrid(words, 1 - words.sum(axis=-1), np.tril(visible) if causal else visible, query_axis, key_axis)


def _normalised(counts: Array, axis: int) -> Array:
    totals = counts.sum(axis=axis, keepdims=True)
    return np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
