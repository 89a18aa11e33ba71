"""What cards of one stack are made of, over all pairs that were measured."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, eq=False)
class WordMass:
    """One side of all links: what each word of the vocabulary gives (as a query) or gets (as a key), heads layer by
    layer. The last row holds all words that are not in the vocabulary.

    even: the same of a head that spreads every row evenly over visible words. count: how often the word stands there.
    """

    mass: Float[np.ndarray, "word head"]
    even: Float[np.ndarray, " word"]
    count: Int[np.ndarray, " word"]

    @classmethod
    def empty(cls, words: int, heads: int) -> "WordMass":
        """Nothing yet, of so many words that are told apart."""
        return cls(np.zeros((words + 1, heads)), np.zeros(words + 1), np.zeros(words + 1, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class StackCards:
    """heads: of each layer; layers: the numbers of those that attend; rows: query words; distances float64 ``[head,
    bin]`` and even_distances ``[bin]``, weight summed over rows, None for cross-attention, where places of two texts
    have no distance; links as ``StrongestLinks``, weights NaN for a pair that could not be measured.
    """

    heads: int
    layers: Sequence[int]
    rows: int
    distances: Float[np.ndarray, "head bin"] | None
    even_distances: Float[np.ndarray, " bin"] | None
    queries: WordMass
    keys: WordMass
    link_query: Int[np.ndarray, "pair head link"]
    link_key: Int[np.ndarray, "pair head link"]
    link_weight: Float[np.ndarray, "pair head link"]
    link_even: Float[np.ndarray, "pair head link"]

    @property
    def strength(self) -> Float[np.ndarray, "pair head"]:
        """How far the strongest link of each pair lies above even attention; NaN where it has none."""
        first = self.link_weight[..., 0]
        return np.where(first >= 0, first - self.link_even[..., 0], np.nan)
