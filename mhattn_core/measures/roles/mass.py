"""How much weight the right word gets, beside what the head usually gives a word at that distance: sums by fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mhattn_core.measures.roles.scores import Score, halves, median
from mhattn_core.measures.statistics import FOLDS, LEVEL

Array = np.ndarray
REPLICATES = 500


@dataclass(frozen=True, eq=False)
class MassSums:
    """One relation in one direction on one stack: Σ weight on the right word, Σ usual weight at its offset, ``[fold,
    head]``; items
    ``[fold]``. Items without another pair of words at their offset do not count. Sums of parts of a corpus add up.
    """

    mass: Array
    usual: Array
    items: Array

    def __add__(self, other: "MassSums") -> "MassSums":
        return MassSums(self.mass + other.mass, self.usual + other.usual, self.items + other.items)


def mass_sums(mass: Array, usual: Array, fold: Sequence[int] | Array) -> MassSums:
    """Sums of what ``hits`` gives, both ``[item, head]``; fold ``[item]``."""
    counts = ~np.isnan(usual).any(axis=1)
    folds = np.eye(FOLDS)[np.asarray(fold)[counts]].T
    return MassSums(folds @ mass[counts], folds @ usual[counts], folds.sum(axis=1))


def mass_score(sums: MassSums) -> Score:
    """The head with the largest mean weight on the right word, chosen and reported as ``score`` does for hits.

    ``baseline`` is what the same head usually gives at the same distance, and ``gain`` the difference; there is no
    offset and no shuffle.
    The interval draws folds, not pairs: the sums know no pairs.
    """
    choosing = halves()
    here, there = choosing @ sums.items, ~choosing @ sums.items
    usable = (here > 0) & (there > 0)
    winners = (choosing @ sums.mass).argmax(axis=1)
    head = int(np.bincount(winners).argmax())
    held, usual = (_held(part, choosing, winners)[usable] / there[usable] for part in (sums.mass, sums.usual))
    low, high = _interval(sums, choosing[usable], winners[usable]) if usable.any() else (np.nan, np.nan)
    return Score(
        head=head,
        held_out=median(held),
        gain=median(held - usual),
        low=low,
        high=high,
        baseline=median(usual),
        offset=np.nan,
        shuffle=np.nan,
        wins=float((winners == head).mean()),
        n=int(np.median(there)),
        fewest=int(min(here.min(), there.min())),
    )


def mass_p(sums: MassSums) -> Array:
    """One-sided p of each head that the right word gets more than is usual at its distance, ``[head]``: t over folds."""
    better = (sums.mass - sums.usual)[sums.items > 0]
    if len(better) < 2:
        return np.ones(sums.mass.shape[1])
    return stats.ttest_1samp(better, 0, axis=0, alternative="greater").pvalue


def _held(part: Array, choosing: Array, winners: Array) -> Array:
    return np.take_along_axis(~choosing @ part, winners[:, None], 1)[:, 0]


def _interval(sums: MassSums, choosing: Array, winners: Array) -> tuple[float, float]:
    weights = np.random.default_rng(0).poisson(1.0, (REPLICATES, 1, FOLDS)) * ~choosing  # [replicate, split, fold]
    better = (sums.mass - sums.usual)[:, winners].T  # [split, fold]
    items = weights @ sums.items
    drawn = items > 0
    gains = (weights * better).sum(axis=-1)[drawn] / items[drawn]
    low, high = np.quantile(gains, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
