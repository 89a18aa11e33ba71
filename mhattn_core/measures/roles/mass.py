"""How much weight the right word gets, beside what the head usually gives a word at that distance: sums by fold."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Real, Shaped
from scipy import stats

from mhattn_core.measures.roles.scores import Score, difference, mean, median, most_frequent
from mhattn_core.measures.roles.splits import crossfit, halves, held_out, winners
from mhattn_core.measures.statistics import FOLDS

Array = np.ndarray
REPLICATES = 500


@dataclass(frozen=True, eq=False)
class MassSums:
    """One relation in one direction on one stack: Σ weight on the right word, Σ usual weight at its offset, ``[fold,
    head]``; items ``[fold]``. Items without another pair of words at their offset do not count. Sums of parts of a
    corpus add up.
    """

    mass: Float[np.ndarray, "fold head"]
    usual: Float[np.ndarray, "fold head"]
    items: Real[np.ndarray, " fold"]

    def __add__(self, other: "MassSums") -> "MassSums":
        return MassSums(self.mass + other.mass, self.usual + other.usual, self.items + other.items)


def mass_sums(
    mass: Float[np.ndarray, "item head"],
    usual: Float[np.ndarray, "item head"],
    relation: Int[np.ndarray, " item"],
    fold: Int[np.ndarray, " item"],
) -> dict[int, MassSums]:
    """Sums of what ``hits`` gives, both ``[item, head]``, of each relation; relation, fold int ``[item]``."""
    counts = ~np.isnan(usual).any(axis=1)
    relation, fold = relation[counts], fold[counts]
    relations, number = np.unique(relation, return_inverse=True)
    group, groups = number * FOLDS + fold, len(relations) * FOLDS
    sums = [grouped(part[counts], group, groups).reshape(-1, FOLDS, mass.shape[1]) for part in (mass, usual)]
    items = np.bincount(group, minlength=groups).reshape(-1, FOLDS).astype(float)
    return {int(name): MassSums(*parts) for name, *parts in zip(relations, *sums, items, strict=True)}


def grouped(
    values: Shaped[np.ndarray, "item head"], group: Int[np.ndarray, " item"], groups: int
) -> Float[np.ndarray, "{groups} head"]:
    """Σ of ``[item, head]`` over the items of each group, float64 ``[group, head]``. group int ``[item]``."""
    sums = np.zeros((groups, values.shape[1]))
    if len(group):
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
        sums[group[order][starts]] = np.add.reduceat(values[order], starts, axis=0, dtype=float)
    return sums


def mass_score(sums: MassSums, control: MassSums | None = None) -> Score:
    """The head with the largest mean weight on the right word, chosen and reported as ``score`` does for hits.

    ``baseline`` is what the same head usually gives at the same distance, and ``gain`` the difference; no class rule
    is known of weights. Intervals draw folds: the sums know no documents.
    """
    chosen = winners(sums.mass)
    head, shares = most_frequent(chosen), crossfit(chosen, sums.mass.shape[1], sums.items)
    better = _spread_over_items(sums.mass - sums.usual, sums.items, shares)
    weights = np.random.default_rng(0).poisson(1.0, (REPLICATES, FOLDS)).astype(float)
    gain = mean(*better, weights)
    here, there = halves() @ sums.items, ~halves() @ sums.items
    rate, selectivity = float("nan"), mean(np.empty(0), np.empty(0, dtype=int), weights)
    if control is not None and control.items.any():
        rate = median(held_out(control.mass, control.items, chosen))
        own, other = (_spread_over_items(part.mass, part.items, shares) for part in (sums, control))
        selectivity = difference(own, other, weights)
    return Score(
        head=head,
        held_out=median(held_out(sums.mass, sums.items, chosen)),
        gain=gain,
        offset_gain=gain,
        baseline=median(held_out(sums.usual, sums.items, chosen)),
        offset=np.nan,
        class_rule=np.nan,
        word_class="",
        side="",
        control=rate,
        selectivity=selectivity,
        shuffle=np.nan,
        wins=float((chosen == head).mean()),
        n=int(np.median(there)),
        fewest=int(min(here.min(), there.min())),
    )


def mass_p(sums: MassSums) -> Float[np.ndarray, " head"]:
    """One-sided p of each head that the right word gets more than is usual at its distance, ``[head]``: t over
    folds.
    """
    better = (sums.mass - sums.usual)[sums.items > 0]
    if len(better) < 2:
        return np.ones(sums.mass.shape[1])
    return stats.ttest_1samp(better, 0, axis=0, alternative="greater").pvalue


def _spread_over_items(sums: Array, items: Array, shares: Array) -> tuple[Array, Array]:
    """Each fold's held-out mean as a value of each of its items, and the items' folds: what a mean over items needs."""
    with np.errstate(invalid="ignore"):
        value = (sums * shares).sum(axis=1) / items
    fold = np.repeat(np.arange(FOLDS), items.astype(int))
    return value[fold], fold
