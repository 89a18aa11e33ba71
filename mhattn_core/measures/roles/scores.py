"""The best head of a relation, chosen on some folds and reported on the others, beside the best fixed offset chosen
likewise.
"""

from dataclasses import dataclass

import numpy as np

from mhattn_core.errors import ShapeError
from mhattn_core.measures.statistics import FOLDS, LEVEL, SPLITS, folds_of_split

FARTHEST = 10
"""Fixed offsets are tried from so many words before to so many words after."""
OFFSETS = np.array([offset for offset in range(-FARTHEST, FARTHEST + 1) if offset])

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class RelationItems:
    """One relation in one direction on one stack: bool hit, shuffled ``[item, head]``; int pair, fold, offset
    ``[item]``.

    has_shuffled bool ``[item]``: whether the item has a shuffled answer. pair counts pairs from 0, in any order.
    """

    hit: Array
    shuffled: Array
    has_shuffled: Array
    pair: Array
    fold: Array
    offset: Array

    def __post_init__(self) -> None:
        if len({len(column) for column in vars(self).values()}) > 1:
            raise ShapeError("the columns of a relation's items differ in length")


@dataclass(frozen=True)
class Score:
    """What 50 splits say: see ``relations.parquet``. head counts through all layers; gain, low, high are head minus
    offset.

    n: items held out, median; fewest: items in the smallest half of any split, choosing or held out.
    """

    head: int
    held_out: float
    gain: float
    low: float
    high: float
    baseline: float
    offset: float
    shuffle: float
    wins: float
    n: int
    fewest: int


def halves() -> Array:
    """bool ``[split, fold]``: where each split chooses."""
    return np.stack([folds_of_split(seed) for seed in range(SPLITS)])


def score(asked: RelationItems, weights: Array) -> Score:
    """Select on ten folds, report on the other ten, fifty times.

    weights: float ``[replicate, pair]``, how often each pair counts in each bootstrap replicate. ``head`` and
    ``offset`` are the most frequent winners (of equals the first), the values medians over splits, ``low`` and ``high``
    95 % of the gain over replicates and splits pooled. All accuracies are 0 to 1. Values of splits with an empty half
    are left out; with no split left they are NaN.
    Source: the rule that a head beats a fixed offset, Clark et al. 2019, section 4.2; splits and intervals are ours.
    """
    choosing = halves()
    right = by_fold(asked.hit, asked.fold)
    at = by_fold(asked.offset[:, None] == OFFSETS, asked.fold)
    count = np.bincount(asked.fold, minlength=FOLDS).astype(float)
    heads = (choosing @ right).argmax(axis=1)
    offsets = (choosing @ at).argmax(axis=1)
    here, there = choosing @ count, ~choosing @ count
    held = _quotient(np.take_along_axis(~choosing @ right, heads[:, None], 1)[:, 0], there)
    fixed = _quotient(np.take_along_axis(~choosing @ at, offsets[:, None], 1)[:, 0], there)
    head, offset = _most_frequent(heads), _most_frequent(offsets)
    usable = (here > 0) & (there > 0)
    low, high = _interval(asked, weights, choosing, heads, offsets) if usable.any() else (np.nan, np.nan)
    return Score(
        head=head,
        held_out=median(held[usable]),
        gain=median((held - fixed)[usable]),
        low=low,
        high=high,
        baseline=median(fixed[usable]),
        offset=float(OFFSETS[offset]),
        shuffle=float(_quotient(asked.shuffled[:, head].sum(), asked.has_shuffled.sum())),
        wins=float((heads == head).mean()),
        n=int(np.median(there)),
        fewest=int(min(here.min(), there.min())),
    )


def by_fold(bits: Array, fold: Array) -> Array:
    """How many bits are set in each fold, float ``[fold, column]``."""
    sums = np.zeros((FOLDS, bits.shape[1]))
    for number in range(FOLDS):
        sums[number] = bits[fold == number].sum(axis=0)
    return sums


def by_pair(asked: RelationItems, offset: int) -> Array:
    """Σ(hit − offset's hit) over the items of each pair, float ``[pair, head]``: what the tests of each head are made
    of.
    """
    order = np.argsort(asked.pair, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(asked.pair[order]) != 0][: len(order)])
    fixed = (asked.offset[order] == offset)[:, None]
    return np.add.reduceat(asked.hit[order].astype(np.float32) - fixed, starts, axis=0)


def best_offset(offset: Array) -> int:
    """The fixed offset that is right most often; of equals the smallest."""
    return int(OFFSETS[(offset[:, None] == OFFSETS).sum(axis=0).argmax()])


def _interval(
    asked: RelationItems, weights: Array, choosing: Array, heads: Array, offsets: Array
) -> tuple[float, float]:
    """Each split keeps the winners that it chose; the pairs on which it reports are drawn anew."""
    winners, split = np.unique(np.stack([heads, offsets]), axis=1, return_inverse=True)
    better = asked.hit[:, winners[0]].astype(float) - (asked.offset[:, None] == OFFSETS[winners[1]])
    parts = np.c_[better, np.ones(len(better))]
    sums = np.zeros((FOLDS, len(weights), parts.shape[1]))
    for number in range(FOLDS):
        inside = asked.fold == number
        sums[number] = weights[:, asked.pair[inside]] @ parts[inside]
    held = np.tensordot((~choosing).astype(float), sums, axes=1)  # [split, replicate, winner or count]
    gains = _quotient(np.take_along_axis(held[..., :-1], split.reshape(-1, 1, 1), 2)[..., 0], held[..., -1])
    low, high = np.nanquantile(gains, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _quotient(total: Array, count: Array) -> Array:
    total, count = np.broadcast_arrays(np.asarray(total, dtype=float), count)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def median(values: Array) -> float:
    """NaN where there is none."""
    return float(np.median(values)) if len(values) else float("nan")


def _most_frequent(winners: Array) -> int:
    return int(np.bincount(winners).argmax())
