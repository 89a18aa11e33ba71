"""Patterns of one pair on words: what ``AttentionResult.words`` gives."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float


@dataclass(frozen=True)
class WordAxis:
    """The words on one axis, sentence A before sentence B.

    ``shares`` ``[piece, word]``: which part of the piece's characters lies in the word; a special piece's row is 0.
    ``sides``: the sentence of each word. ``unknown`` ``[word]``: the share of the word that the tokenizer does not
    know.
    """

    words: tuple[str, ...]
    sides: tuple[str, ...]
    shares: Float[np.ndarray, "piece word"]
    unknown: Float[np.ndarray, " word"]

    @property
    def seen(self) -> Bool[np.ndarray, " word"]:
        """bool ``[word]``: whether any piece covers the word; a tokenizer may drop a character without a trace."""
        return self.shares.sum(axis=0) > 0

    def averaged(self, rows: Float[np.ndarray, "*batch piece column"]) -> Float[np.ndarray, "*batch word column"]:
        """Rows of pieces ``[..., piece, column]`` averaged over each word's pieces, ``[..., word, column]``; NaN for
        words not seen.
        """
        words = np.swapaxes(normalised(self.shares, axis=0), 0, 1) @ rows
        words[..., ~self.seen, :] = np.nan
        return words


@dataclass(frozen=True, eq=False)
class WordGrid:
    """The patterns of one stack on words.

    ``pattern`` ``[layer, head, query word, key word]``; ``special_mass`` ``[layer, head, query word]``;
    ``visible`` ``[query word, key word]``: which keys a query may see (a causal model sees no later word).
    Rows of a word that no piece covers are NaN, and so is a layer that does not attend.
    """

    pattern: Float[np.ndarray, "layer head query key"]
    special_mass: Float[np.ndarray, "layer head query"]
    visible: Bool[np.ndarray, "query key"]
    query_axis: WordAxis
    key_axis: WordAxis

    @property
    def queries(self) -> tuple[str, ...]:
        return self.query_axis.words

    @property
    def keys(self) -> tuple[str, ...]:
        return self.key_axis.words

    @property
    def attends(self) -> Bool[np.ndarray, "layer head"]:
        """bool ``[layer, head]``: False in a layer that does not attend; True in all where no piece covers a word."""
        found: Bool[np.ndarray, "layer head"] = np.isfinite(self.special_mass).any(axis=-1)
        return found if found.any() else np.ones_like(found)

    def block(self, queries: str, keys: str) -> Float[np.ndarray, "layer head query key"]:
        """The part of the patterns from words of one sentence to words of another: ``block("a", "b")`` is A→B.

        Shape ``[layer, head, query word of the one, key word of the other]``; empty where the stack has no such words.
        """
        rows = [side == queries for side in self.query_axis.sides]
        columns = [side == keys for side in self.key_axis.sides]
        return self.pattern[:, :, rows][..., columns]


def normalised(counts: Float[np.ndarray, "*axes"], axis: int) -> Float[np.ndarray, "*axes"]:
    """Shares along an axis: each count over the total there; 0 where the total is 0."""
    totals = counts.sum(axis=axis, keepdims=True)
    return np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
