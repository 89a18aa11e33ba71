"""Intervals and splits for numbers that are a finish of sums.

A measure returns sums per pair; a ``finish`` turns the total of any set of pairs into the value. So an interval needs
no
second pass: each bootstrap replicate is a weighted total.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b

import numpy as np
from jaxtyping import Bool, Float, Real
from scipy import stats

from mhattn_core.errors import ShapeError

FOLDS = 20
REPLICATES = 500
SPLITS = 50
LEVEL = 0.95
FEWEST_FOR_INTERVAL, FEW_FOR_INTERVAL = 30, 100
"""Under the first, resampling covers too little to be shown; under the second, an interval comes with a warning."""

UNBOUNDED = (-np.inf, np.inf)
"""Lowest and highest of a quantity that is no share."""

Finish = Callable[[Real[np.ndarray, "*axes part"]], Float[np.ndarray, "*axes"]]


def fold(key: str) -> int:
    """The fold, 0 to 19, of a document, or of a source text where no document is known: equal texts cannot leak across
    a split.
    """
    return int.from_bytes(_digest(key, "fold")) % FOLDS


def number_of(key: str) -> int:
    """A number of 64 bits for a document or a text, the same on every machine."""
    return int.from_bytes(_digest(key, "number")[:8])


def folds_of_split(seed: int) -> Bool[np.ndarray, " fold"]:
    """bool ``[fold]``: the ten folds on which split ``seed`` chooses; it reports on the other ten."""
    chosen = np.zeros(FOLDS, dtype=bool)
    chosen[np.random.default_rng(seed).permutation(FOLDS)[: FOLDS // 2]] = True
    return chosen


def bootstrap_weights(keys: Sequence[str], replicates: int = REPLICATES) -> Float[np.ndarray, "{replicates} pair"]:
    """How often each pair counts in each replicate: Poisson(1) draws, float64 ``[replicate, pair]``.

    The draws are a function of the pair's text alone, so equal texts are resampled together, and batches, processes and
    machines agree. Source: the Poisson bootstrap, Chamandy et al. 2012; keyed generator: Salmon et al. 2011 (Philox).
    """
    draws = {
        key: np.random.Generator(np.random.Philox(key=int.from_bytes(_digest(key, "bootstrap")))) for key in set(keys)
    }
    drawn = {key: generator.poisson(1.0, replicates) for key, generator in draws.items()}
    return np.array([drawn[key] for key in keys], dtype=np.float64).reshape(len(keys), replicates).T


def interval(
    sums: Real[np.ndarray, " pair *axes"],
    weights: Real[np.ndarray, "replicate pair"],
    finish: Finish,
    *,
    level: float = LEVEL,
) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]:
    """Low and high end of the percentile interval of ``finish(total)``.

    Shapes: sums ``[pair, ..., part]``, weights ``[replicate, pair]``; finish maps ``[..., part]`` to ``[...]`` and so
    is the result. Replicates in which a value is not defined (NaN) are left out; where none is defined the ends are
    NaN.
    Raises ShapeError when sums and weights disagree on the number of pairs.
    """
    if weights.shape[1] != sums.shape[0]:
        raise ShapeError(f"{weights.shape[1]} pairs have weights and {sums.shape[0]} have sums")
    return spread(finish(np.tensordot(weights, sums, axes=1)), level=level)


def spread(
    replicates: Float[np.ndarray, " replicate *axes"], *, level: float = LEVEL
) -> tuple[Float[np.ndarray, "*axes"], Float[np.ndarray, "*axes"]]:
    """The interval's ends from values ``[replicate, ...]``, NaN left out."""
    counted = np.where(np.isnan(replicates).all(axis=0), 0.0, replicates)
    low, high = np.nanquantile(counted, [(1 - level) / 2, (1 + level) / 2], axis=0)
    missing = np.isnan(replicates).all(axis=0)
    return np.where(missing, np.nan, low), np.where(missing, np.nan, high)


def exact_bound(n: Real[np.ndarray, "*axes"] | int, *, level: float = LEVEL) -> Float[np.ndarray, "..."]:
    """The largest rate that is not excluded when none of ``n`` independent units shows it, 0 to 1; 1 where n is 0.

    The upper end of the two-sided interval of Clopper and Pearson 1934 at no successes.
    """
    units = np.asarray(n, dtype=float)
    return np.where(units > 0, stats.beta.ppf((1 + level) / 2, 1, np.maximum(units, 1)), 1.0)


def supported(
    low: Real[np.ndarray, "..."],
    high: Real[np.ndarray, "..."],
    n: Real[np.ndarray, "..."] | int,
    *,
    lowest: float = 0.0,
    highest: float = 1.0,
) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]:
    """The ends of a resampled interval as far as ``n`` independent units carry them, broadcast.

    Under ``FEWEST_FOR_INTERVAL`` units there is none (NaN). An interval without width, which resampling gives when all
    units are alike, is widened on both sides by what they do not exclude (``exact_bound``), within lowest and highest;
    of a quantity whose ends are infinite they exclude nothing, and there is none.
    """
    low, high, units = np.broadcast_arrays(np.asarray(low, dtype=float), np.asarray(high, dtype=float), n)
    bound = exact_bound(units) if np.isfinite([lowest, highest]).all() else np.nan
    wider = np.where(high == low, bound, 0.0)
    few = units < FEWEST_FOR_INTERVAL
    ends = np.maximum(low - wider, lowest), np.minimum(high + wider, highest)
    return np.where(few, np.nan, ends[0]), np.where(few, np.nan, ends[1])


def quotient(sums: Real[np.ndarray, "*axes 2"]) -> Float[np.ndarray, "*axes"]:
    """The usual finish: total over count, ``[..., 2]`` to ``[...]``; NaN where nothing was counted."""
    total, count = sums[..., 0], sums[..., 1]
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def _digest(key: str, purpose: str) -> bytes:
    return blake2b(key.encode(), digest_size=16, person=purpose.encode()).digest()
