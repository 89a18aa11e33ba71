"""Costs of matching the heads of two models on the same words of the same texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mhattn_core.measures.matching.assignment import costs, mixed_costs, position_only
from mhattn_core.measures.matching.costs import MatchCosts
from mhattn_core.measures.redundancy.js_rows import js_rows, shares
from mhattn_core.measures.statistics import bootstrap_weights, quotient
from mhattn_core.measures.word_outputs import WordOutputs

JS_DRAWS, CKA_DRAWS, REPLICATES = 20, 40, 100
FEWEST_WORDS = 10
KEPT = 0.63
"""The share of different texts in a bootstrap: CKA is resampled without repeating any."""


@dataclass(frozen=True, eq=False)
class TextPattern:
    """One text: ``pattern [head, query word, key word]``, the sentence (0, 1) of each word, and which words some piece
    covers.
    """

    pattern: Tensor
    query_side: np.ndarray
    key_side: np.ndarray
    query_mask: np.ndarray

    def within(self, queries: Sequence[int], keys: Sequence[int]) -> "TextPattern":
        """The part from words of these sentences to words of those."""
        rows, columns = np.isin(self.query_side, queries), np.isin(self.key_side, keys)
        return TextPattern(
            self.pattern[:, rows][:, :, columns], self.query_side[rows], self.key_side[columns], self.query_mask[rows]
        )


Texts = Mapping[int, TextPattern]
"""By a text's number among those that were given; those that a model cannot take are missing."""


def common_sides(a: Texts, b: Texts) -> tuple[list[int], list[int]]:
    """The sentences whose words both stacks have among their queries, and among their keys."""
    (_number, one), (_other_number, other) = next(iter(a.items())), next(iter(b.items()))
    return (
        sorted(set(one.query_side.tolist()) & set(other.query_side.tolist())),
        sorted(set(one.key_side.tolist()) & set(other.key_side.tolist())),
    )


def js_costs(a: Texts, b: Texts, twin: Texts, keys: Sequence[str], *, causal: bool) -> MatchCosts | None:
    """By JS divergence, words weighted by the mass that both heads keep on words. None where the two have no words in
    common.

    keys: the texts, which the resampling hangs on. causal: whether both read from left to right. The null deals each
    word's row of b out among its heads anew; replicates are Poisson draws of texts. Source: as ``matching.costs``.
    """
    numbers = [number for number in a if number in b and number in twin]
    if not numbers:
        return None
    queries, key_sides = common_sides(a, b)
    each: dict[int, np.ndarray] = {}
    nulls = twins = positions = np.zeros(2)
    for number in numbers:
        one, other, random = (texts[number].within(queries, key_sides) for texts in (a, b, twin))
        if one.pattern.shape[1:] == other.pattern.shape[1:] == random.pattern.shape[1:] and one.pattern.numel():
            sums = _of_text(one, other, random, np.random.default_rng(number), causal=causal)
            each[number] = sums.own
            nulls, twins, positions = nulls + sums.null, twins + sums.twin, positions + sums.positions
    if not each:
        return None
    own = np.stack(list(each.values()))
    weights = bootstrap_weights([keys[number] for number in each], REPLICATES)
    return MatchCosts(
        quotient(own.sum(axis=0)),
        quotient(nulls),
        quotient(twins)[None],
        quotient(np.tensordot(weights, own, axes=1)),
        len(each),
        position_only=np.nanmin(quotient(positions), axis=1),
    )


def cka_costs(a: WordOutputs, b: WordOutputs, twin: WordOutputs) -> MatchCosts | None:
    """By debiased CKA of what the heads write on one word of each text. None with fewer than ten words in common.

    The null deals each word's vectors of b out among its heads anew; replicates leave out texts, and repeat none.
    """
    words_b, words_twin = b.words_of(), twin.words_of()
    numbers = [number for number, word in a.words_of().items() if words_b.get(number) == words_twin.get(number) == word]
    if len(numbers) < FEWEST_WORDS:
        return None
    x, y, random = (one.written()[:, np.searchsorted(one.texts, numbers)].numpy() for one in (a, b, twin))
    draws = [
        np.random.default_rng(seed).permutation(len(numbers))[: int(KEPT * len(numbers))] for seed in range(REPLICATES)
    ]
    return MatchCosts(
        costs(x, y, by="cka"),
        mixed_costs(x, y, by="cka", draws=CKA_DRAWS),
        costs(x, random, by="cka")[None],
        np.stack([costs(x[:, kept], y[:, kept], by="cka") for kept in draws]),
        len(numbers),
    )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Total and weight: ``own, twin, positions [head of a, head, 2]``, ``null [draw, head of a, head of b, 2]``."""

    own: np.ndarray
    twin: np.ndarray
    positions: np.ndarray
    null: np.ndarray


def _of_text(
    a: TextPattern, b: TextPattern, twin: TextPattern, generator: np.random.Generator, *, causal: bool
) -> _Sums:
    rows = a.query_mask & b.query_mask
    visible = np.ones(a.pattern.shape[1:], dtype=bool)
    positions = torch.from_numpy(position_only(b.pattern.numpy(), np.tril(visible) if causal else visible))
    p, mass = shares(a.pattern[:, rows])

    def weighted(other: Tensor) -> Tensor:
        """[head of a, head of other, row, 2]: divergence × weight, and weight."""
        q, other_mass = shares(other[:, rows])
        weight = torch.minimum(mass[:, None], other_mass[None]).clamp(min=0)
        return torch.stack([js_rows(p, q) * weight, weight], dim=-1)

    own = weighted(b.pattern)
    null = np.empty((JS_DRAWS, *own.shape[:2], 2))
    words = torch.arange(own.shape[2])[:, None]
    for draw in range(JS_DRAWS):
        dealt = torch.from_numpy(np.stack([generator.permutation(own.shape[1]) for _word in words]))
        # [word, head of b] with the words' own heads in another order, summed over words.
        null[draw] = own[:, dealt, words].sum(dim=1).numpy()
    sums = [part.sum(dim=2).double().numpy() for part in (own, weighted(twin.pattern), weighted(positions))]
    return _Sums(sums[0], sums[1], sums[2], null)
