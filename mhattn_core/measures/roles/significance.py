"""Is a head better than what needs no head beyond chance? Tests over documents, and what many tests at once allow."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Real
from scipy import stats

FLIPS = 2000
UNITS_AT_ONCE = 1024
ROUNDING = 1e-6
"""Of sums in float32, as a share of the largest that they can be."""


def cluster_t(better: Real[np.ndarray, "unit head"]) -> Float[np.ndarray, " head"]:
    """One-sided p of each head that Σ(head − rule) is above 0; the units (documents, texts) are independent.

    better: ``[unit, head]``, as ``by_unit`` gives it; result ``[head]``, 1 for a head that never differs from the
    rule and for fewer than two units.
    """
    texts = len(better)
    if texts < 2:
        return np.ones(better.shape[1])
    error = better.std(axis=0, ddof=1, dtype=float) / np.sqrt(texts)
    mean = better.mean(axis=0, dtype=float)
    t = np.divide(mean, error, out=np.where(mean > 0, np.inf, -np.inf), where=error > 0)
    return stats.t.sf(t, texts - 1)


def sign_flip_max(better: Real[np.ndarray, "unit head"], *, flips: int = FLIPS, seed: int = 0) -> float:
    """p that the best of all heads would be so far above the offset if each text's difference had either sign by
    chance.

    The statistic is the maximum over heads of Σd / √Σd²; the heads keep their dependence on one another. Range:
    1/(flips + 1) to 1.
    """
    spread = np.sqrt((better.astype(float) ** 2).sum(axis=0))
    told = spread > 0
    if not told.any():
        return 1.0
    scaled = (better[:, told] / spread[told]).astype(np.float32)
    observed = scaled.sum(axis=0).max()
    flipped = sum(
        _signs(flips, seed, start)[:, : len(scaled) - start] @ scaled[start : start + UNITS_AT_ONCE]
        for start in range(0, len(scaled), UNITS_AT_ONCE)
    )
    # The same sum in another order may differ in its last digits; no sum of so many differences, squares summing to 1,
    # exceeds √texts.
    rounding = ROUNDING * np.sqrt(len(better))
    return float((1 + (flipped.max(axis=1) >= observed - rounding).sum()) / (flips + 1))


@lru_cache(maxsize=4)
def _signs(flips: int, seed: int, start: int) -> Float[np.ndarray, "flip unit"]:
    """±1 for the units from ``start`` on, ``UNITS_AT_ONCE`` of them: drawn once for all relations, which takes longer
    than to use them. Not to be written to.
    """
    drawn = np.random.default_rng((seed, start)).integers(0, 2, size=(flips, UNITS_AT_ONCE), dtype=np.int8)
    signs = drawn.astype(np.float32) * 2 - 1
    signs.setflags(write=False)
    return signs


def adjusted(p: Float[np.ndarray, "*axes"]) -> Float[np.ndarray, "*axes"]:
    """q of each test: the smallest false discovery rate at which it is found. Any shape; NaN (not tested) stays NaN.

    Source: Benjamini & Hochberg 1995, step-up.
    """
    tested = ~np.isnan(p)
    q = np.full(p.shape, np.nan)
    q[tested] = stats.false_discovery_control(p[tested], method="bh")
    return q
