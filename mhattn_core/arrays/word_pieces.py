"""Which pieces make which words, for a padded batch of pairs."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import embedding_bag


@dataclass(frozen=True, eq=False)
class Bags:
    """A product with a sparse matrix that is the same for each head of a pair: row n of the result, ``[batch × head ×
    word]``, is the weighted sum of those rows of ``[batch × head × token]`` that stand in bag n.
    """

    rows: Int[Tensor, " entry"]
    weights: Float[Tensor, " entry"]
    starts: Int[Tensor, " bag"]

    def __call__(self, matrix: Float[Tensor, "row column"]) -> Float[Tensor, "bag column"]:
        return embedding_bag(self.rows, matrix, self.starts, mode="sum", per_sample_weights=self.weights)


class WholeWords(NamedTuple):
    """alone ``[batch, token]``: the word that the token is all of, else -1. All other words, pair by pair: those of
    pair p are ``pairs[p]`` to ``pairs[p + 1]``; ``words`` are their numbers, and the pieces of the nth are entries
    ``starts[n]`` to ``starts[n + 1]`` of ``tokens``, with their ``shares`` and ``means``.
    """

    alone: Int[np.ndarray, "batch token"]
    pairs: Int[np.ndarray, " batch_and_one"]
    words: Int[np.ndarray, " other"]
    starts: Int[np.ndarray, " other_and_one"]
    tokens: Int[np.ndarray, " entry"]
    shares: Float[np.ndarray, " entry"]
    means: Float[np.ndarray, " entry"]


@dataclass(frozen=True, eq=False)
class WordPieces:
    """Entry n: the part ``shares[n]`` of the characters of token ``tokens[n]`` lies in word ``words[n]`` of pair
    ``pairs[n]``. In the order of pairs, words, tokens. ``shape``: how many pairs, tokens and words there are at most.
    """

    pairs: Int[np.ndarray, " entry"]
    words: Int[np.ndarray, " entry"]
    tokens: Int[np.ndarray, " entry"]
    shares: Float[np.ndarray, " entry"]
    shape: tuple[int, int, int]

    @cached_property
    def covered(self) -> Float[np.ndarray, "batch word"]:
        """How many pieces a word has, parts of them added up; 0 where none covers it."""
        batch, _tokens, words = self.shape
        counted = np.bincount(self.pairs * words + self.words, self.shares, batch * words)
        return counted.reshape(batch, words).astype(np.float32)

    @cached_property
    def means(self) -> Float[np.ndarray, " entry"]:
        """What each piece weighs in the mean of its word's pieces."""
        return self.shares / self.covered[self.pairs, self.words]

    @cached_property
    def whole(self) -> WholeWords:
        """Words that are one token, which nearly all are, apart from the others."""
        batch, tokens, words = self.shape
        word = self.pairs * words + self.words
        single = (np.bincount(word, minlength=batch * words)[word] == 1) & (self.shares == 1)
        alone = np.full((batch, tokens), -1, dtype=np.int32)
        alone[self.pairs[single], self.tokens[single]] = self.words[single]
        others, starts = np.unique(word[~single], return_index=True)
        return WholeWords(
            alone,
            np.searchsorted(others, np.arange(batch + 1) * words),
            others % max(words, 1),
            np.append(starts, (~single).sum()),
            self.tokens[~single],
            self.shares[~single],
            self.means[~single],
        )

    def bags(self, heads: int, weights: Float[np.ndarray, " entry"], device: torch.device) -> Bags:
        """The product with a weight for each entry, for all heads."""
        batch, tokens, words = self.shape
        head = np.arange(heads)[:, None]
        # From head, pair, word to pair, head, word; the pieces of a word keep their order.
        order = np.argsort((self.pairs * heads + head).ravel(), kind="stable")
        rows = ((self.pairs * heads + head) * tokens + self.tokens).ravel()[order]
        of_word = np.bincount(self.pairs * words + self.words, minlength=batch * words).reshape(batch, 1, words)
        counts = np.broadcast_to(of_word, (batch, heads, words)).ravel()
        return Bags(
            torch.from_numpy(rows).to(device),
            torch.from_numpy(np.tile(weights, heads)[order]).to(device),
            torch.from_numpy(np.cumsum(counts) - counts).to(device),
        )
