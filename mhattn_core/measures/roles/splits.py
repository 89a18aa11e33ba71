"""Choose on ten folds, report on the other ten, fifty times; and what that makes of every item (crossfit)."""

from functools import cache

import numpy as np
from jaxtyping import Bool, Float, Int, Real, Shaped

from mhattn_core.measures.statistics import FOLDS, SPLITS, folds_of_split


@cache
def halves() -> Bool[np.ndarray, "split fold"]:
    """bool ``[split, fold]``: where each split chooses; not to be written to."""
    choosing = np.stack([folds_of_split(seed) for seed in range(SPLITS)])
    choosing.setflags(write=False)
    return choosing


def by_fold(
    bits: Shaped[np.ndarray, "item option"], fold: Int[np.ndarray, " item"]
) -> Float[np.ndarray, "fold option"]:
    """How many bits are set in each fold, float ``[fold, option]``."""
    sums = np.zeros((FOLDS, bits.shape[1]))
    for number in range(FOLDS):
        sums[number] = bits[fold == number].sum(axis=0)
    return sums


def winners(sums: Real[np.ndarray, "fold option"]) -> Int[np.ndarray, " split"]:
    """The best option of each split where it chooses, int ``[split]``; of equals the first. sums ``[fold, option]``."""
    return (halves() @ sums).argmax(axis=1)


def usable(items: Real[np.ndarray, " fold"]) -> Bool[np.ndarray, " split"]:
    """bool ``[split]``: whether there are items on both halves. items ``[fold]``."""
    choosing = halves()
    return (choosing @ items > 0) & (~choosing @ items > 0)


def held_out(
    sums: Real[np.ndarray, "fold option"], items: Real[np.ndarray, " fold"], chosen: Int[np.ndarray, " split"]
) -> Float[np.ndarray, " usable_split"]:
    """What each usable split's choice gets on the items of the other half, float ``[usable split]``.

    sums ``[fold, option]``, items ``[fold]``, chosen int ``[split]``.
    """
    there = ~halves()
    count = there @ items
    total = np.take_along_axis(there @ sums, chosen[:, None], 1)[:, 0]
    known = usable(items) & (count > 0)
    return total[known] / count[known]


def crossfit(
    chosen: Int[np.ndarray, " split"], options: int, items: Real[np.ndarray, " fold"]
) -> Float[np.ndarray, "fold {options}"]:
    """How often each option was the choice of the usable splits that hold a fold out, float ``[fold, option]``.

    Rows sum to one, or to NaN for a fold that none holds out. An item's hits weighted by its fold's row are what it
    contributes, averaged over the splits that did not choose by it: one value an item, so that items (or documents)
    can be resampled once. Source: after the cross-fitting of Chernozhukov et al. 2018; our splits are halves.
    """
    used = usable(items)
    there = ~halves()[used]
    with np.errstate(invalid="ignore"):
        return there.T @ np.eye(options)[chosen[used]] / there.sum(axis=0)[:, None]


def of_items(
    bits: Shaped[np.ndarray, "item option"], fold: Int[np.ndarray, " item"], shares: Float[np.ndarray, "fold option"]
) -> Float[np.ndarray, " item"]:
    """Each item's held-out value, float ``[item]``: its bits ``[item, option]`` weighted by its fold's shares."""
    return np.einsum("io,io->i", bits, shares[fold])
