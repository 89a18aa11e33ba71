"""Whether distances fall into near ones and far ones, as they do where things form groups, or run on without a gap."""

from functools import cache

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import isotonic_regression

DRAWS, SIZE = 400, 1000
"""Uniform samples that a dip is held against; the dip times the root of the sample's size hardly hangs on it from here
on."""


def dip(values: Float[np.ndarray, " value"]) -> float:
    """How far a sample's distribution lies from the nearest one with a single mode.

    values: one-dimensional, in any order. Range: 1 / (2n) to 0.25 (two points of equal weight); 0 where all are equal.
    Source: Hartigan & Hartigan 1985, section 2; their algorithm: between the greatest convex minorant and the least
    concave majorant of the distribution function, over a modal interval that shrinks.
    """
    x = np.sort(np.asarray(values, dtype=float))
    if x[0] == x[-1]:
        return 0.0
    n = len(x)
    below, above = np.arange(n) / n, np.arange(1, n + 1) / n
    low, high, largest = 0, n - 1, 1 / n
    while True:
        part = slice(low, high + 1)
        minorant, majorant = low + _hull(x[part], below[part]), low + _hull(x[part], -above[part])
        convex = np.interp(x[part], x[minorant], below[minorant])
        concave = np.interp(x[part], x[majorant], above[majorant])
        at_minorant, at_majorant = ((concave - convex)[touches - low] for touches in (minorant, majorant))
        if max(at_minorant.max(), at_majorant.max()) <= largest:
            return largest / 2
        if at_minorant.max() > at_majorant.max():
            left = minorant[at_minorant.argmax()]
            right = majorant[majorant >= left][0]
        else:
            right = majorant[at_majorant.argmax()]
            left = minorant[minorant <= right][-1]
        largest = max(
            largest,
            (above[low : left + 1] - convex[: left + 1 - low]).max(),
            (concave[right - low :] - below[right : high + 1]).max(),
        )
        if (left, right) == (low, high):
            return largest / 2
        low, high = left, right


def unimodal_p(values: Float[np.ndarray, " value"]) -> float:
    """The share of samples of a uniform distribution, the hardest single mode, whose dip is as large: 1/401 to 1.

    Source: Hartigan & Hartigan 1985, section 4: the dip falls with the root of the sample's size.
    """
    found = dip(values) * np.sqrt(len(values))
    return float((1 + (_uniform() >= found).sum()) / (1 + DRAWS))


@cache
def _uniform() -> Float[np.ndarray, " draw"]:
    generator = np.random.default_rng(0)
    return np.array([dip(generator.uniform(size=SIZE)) for _draw in range(DRAWS)]) * np.sqrt(SIZE)


def _hull(x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"]) -> Int[np.ndarray, " corner"]:
    """Numbers of the points on the lower convex hull of points sorted by x; of equal x the lowest.

    Its slopes are the isotonic regression of the slopes from point to point, weighted by their widths.
    Source: Robertson, Wright & Dykstra 1988, theorem 1.2.1.
    """
    order = np.lexsort((y, x))
    lowest = order[np.diff(x[order], prepend=-np.inf) > 0]
    if len(lowest) < 3:
        return lowest
    widths = np.diff(x[lowest])
    return lowest[isotonic_regression(np.diff(y[lowest]) / widths, weights=widths).blocks]
