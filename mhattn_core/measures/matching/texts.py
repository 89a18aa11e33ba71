"""Costs of matching the heads of two models on the same words of the same texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mhattn_core.measures.matching.assignment import costs
from mhattn_core.measures.matching.costs import MatchCosts
from mhattn_core.measures.matching.nulls import DRAWS, distance_nulls, similarity_nulls
from mhattn_core.measures.redundancy.cka import centred_grams
from mhattn_core.measures.redundancy.js_rows import js_rows, shares
from mhattn_core.measures.statistics import bootstrap_weights, folds_of_split, quotient
from mhattn_core.measures.word_outputs import WordOutputs

REPLICATES = 100
FEWEST_WORDS, FEWEST_IN_HALF = 10, 4
KEPT = 0.63
"""The share of different texts in a bootstrap: CKA is resampled without repeating any."""


@dataclass(frozen=True, eq=False)
class TextPattern:
    """One text: ``pattern [head, query word, key word]``, the sentence (0, 1) of each word, and which words some piece
    covers.
    """

    pattern: Float[Tensor, "head query key"]
    query_side: Int[np.ndarray, " query"]
    key_side: Int[np.ndarray, " key"]
    query_mask: Bool[np.ndarray, " query"]

    def within(self, queries: Sequence[int], keys: Sequence[int]) -> "TextPattern":
        """The part from words of these sentences to words of those."""
        rows, columns = np.isin(self.query_side, queries), np.isin(self.key_side, keys)
        return TextPattern(
            self.pattern[:, rows][:, :, columns], self.query_side[rows], self.key_side[columns], self.query_mask[rows]
        )

    def up_to_query(self) -> "TextPattern":
        """Without what a causal model does not see, and without the first word."""
        return TextPattern(self.pattern.tril()[:, 1:], self.query_side[1:], self.key_side, self.query_mask[1:])


Texts = Mapping[int, TextPattern]
"""By a text's number among those that were given; those that a model cannot take are missing."""


def common_sides(a: Texts, b: Texts) -> tuple[list[int], list[int]]:
    """The sentences whose words both stacks have among their queries, and among their keys."""
    (_number, one), (_other_number, other) = next(iter(a.items())), next(iter(b.items()))
    return (
        sorted(set(one.query_side.tolist()) & set(other.query_side.tolist())),
        sorted(set(one.key_side.tolist()) & set(other.key_side.tolist())),
    )


def js_costs(
    a: Texts, b: Texts, keys: Sequence[str], folds: Sequence[int], *, causal: bool, visible_only: bool = False
) -> MatchCosts | None:
    """By JS divergence, words weighted by the mass that both heads keep on words. None where the two have no words in
    common.

    keys: the texts, which the resampling hangs on; folds: of each. causal: whether both read from left to right.
    visible_only: compare an encoder with a decoder on what both may see: of each row the keys up to the query, made to
    sum to 1, the first word left out (it has itself alone). Halves are those of the first split; replicates Poisson
    draws of texts. Source: as ``assignment.costs``.
    """
    numbers = [number for number in a if number in b]
    if not numbers:
        return None
    queries, key_sides = common_sides(a, b)
    each: dict[int, np.ndarray] = {}
    within_b = positions = np.zeros(2)
    for number in numbers:
        one, other = (texts[number].within(queries, key_sides) for texts in (a, b))
        if one.pattern.shape[1:] == other.pattern.shape[1:] and one.pattern.numel():
            if visible_only:
                if not np.array_equal(one.query_side, one.key_side):
                    return None
                one, other = one.up_to_query(), other.up_to_query()
            sums = _of_text(one, other, causal=causal or visible_only)
            each[number] = sums.own
            within_b, positions = within_b + sums.within_b, positions + sums.positions
    if not each:
        return None
    own = np.stack(list(each.values()))
    weights = bootstrap_weights([keys[number] for number in each], REPLICATES)
    cost = quotient(own.sum(axis=0))
    return MatchCosts(
        cost,
        _distance_nulls(cost, quotient(within_b)),
        np.stack([quotient(own[half].sum(axis=0)) for half in _halves([folds[number] for number in each])]),
        quotient(np.tensordot(weights, own, axes=1)),
        len(each),
        position_only=np.nanmin(quotient(positions), axis=1),
    )


def cka_costs(a: WordOutputs, b: WordOutputs, folds: Sequence[int]) -> MatchCosts | None:
    """By debiased CKA of what the heads write on one word of each text. None with fewer than ten words in common, or
    four in either half.

    folds: of each text. Debiased CKA is the cosine of Gram matrices centred as by Székely & Rizzo 2014, so that the
    null is one of similarities; replicates leave out texts, and repeat none.
    """
    words_b = b.words_of()
    numbers = [number for number, word in a.words_of().items() if words_b.get(number) == word]
    halves = _halves([folds[number] for number in numbers])
    if len(numbers) < FEWEST_WORDS or min(half.sum() for half in halves) < FEWEST_IN_HALF:
        return None
    x, y = (one.written()[:, np.searchsorted(one.texts, numbers)].numpy() for one in (a, b))
    draws = [
        np.random.default_rng(seed).permutation(len(numbers))[: int(KEPT * len(numbers))] for seed in range(REPLICATES)
    ]
    return MatchCosts(
        costs(x, y, by="cka"),
        similarity_nulls(centred_grams(x), centred_grams(y)),
        np.stack([costs(x[:, half], y[:, half], by="cka") for half in halves]),
        np.stack([costs(x[:, kept], y[:, kept], by="cka") for kept in draws]),
        len(numbers),
    )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Total and weight: ``own, positions [head of a, head of b, 2]``, ``within_b [head of b, head of b, 2]``."""

    own: np.ndarray
    positions: np.ndarray
    within_b: np.ndarray


def _of_text(a: TextPattern, b: TextPattern, *, causal: bool) -> _Sums:
    rows = a.query_mask & b.query_mask
    visible = np.ones(a.pattern.shape[1:], dtype=bool)
    if causal:  # the last query sees the last key, whether or not the first query is there
        visible = np.tril(visible, k=visible.shape[1] - visible.shape[0])
    positions = torch.from_numpy(position_only(b.pattern.numpy(), visible))
    return _Sums(
        *(
            _weighted(one[:, rows], other[:, rows])
            for one, other in ((a.pattern, b.pattern), (a.pattern, positions), (b.pattern, b.pattern))
        )
    )


def _weighted(
    one: Float[Tensor, "head_one row column"], other: Float[Tensor, "head_other row column"]
) -> Float[np.ndarray, "head_one head_other 2"]:
    """``[head of one, head of other, 2]``: divergence × weight, and weight, summed over rows."""
    p, mass = shares(one)
    q, other_mass = shares(other)
    weight = torch.minimum(mass[:, None], other_mass[None]).clamp(min=0)
    return torch.stack([js_rows(p, q) * weight, weight], dim=-1).sum(dim=2).double().numpy()


def _halves(folds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    chosen = folds_of_split(0)[np.asarray(folds, dtype=int)]
    return chosen, ~chosen


def _distance_nulls(
    cost: Float[np.ndarray, "head_a head_b"], within_b: Float[np.ndarray, "head_b head_b"]
) -> Float[np.ndarray, "draw head_a"]:
    """Of heads that have any mass; two that never have it on the same row are as far apart as can be."""
    known = np.isfinite(np.diag(within_b))
    of_a = np.isfinite(cost[:, known]).any(axis=1)
    nulls = np.full((DRAWS, len(cost)), np.nan)
    if known.any() and of_a.any():
        to_b, within_b = (np.nan_to_num(part[:, known], nan=np.log(2)) for part in (cost[of_a], within_b[known]))
        nulls[:, of_a] = distance_nulls(to_b, within_b)
    return nulls


def position_only(
    patterns: Float[np.ndarray, "head row column"], visible: Bool[np.ndarray, "row column"]
) -> Float[np.ndarray, "head row column"]:
    """Each head as it would be if it saw positions alone: every weight replaced by the head's mean at that offset, key
    less query.

    Shapes: patterns ``[head, row, column]`` over one text, visible ``[row, column]``; the result as patterns, NaN where
    they are. A match that this head does as well is a match of positions.
    """
    rows, columns = visible.shape
    offset = np.arange(columns) - np.arange(rows)[:, None]
    known = np.isfinite(patterns).all(axis=(0, 2))[:, None] & visible
    averaged = patterns.copy()
    for step in np.unique(offset[known]):
        cells = known & (offset == step)
        averaged[:, cells] = patterns[:, cells].mean(axis=1, keepdims=True)
    return averaged
