"""From totals of texts to values with intervals and tests."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Real
from scipy import stats

from mhattn_core.errors import ShapeError
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL, bootstrap_weights, interval, quotient

EFFECT = ("intact", "ablated", "delta", "low", "high", "p", "n", "units")


def effects(
    ablated: Real[np.ndarray, "variant text"],
    intact: Real[np.ndarray, " text"],
    counts: Real[np.ndarray, " text"],
    units: Sequence[str] | None = None,
) -> pd.DataFrame:
    """``EFFECT`` of each variant: values are totals over counts; low, high, p are those of delta.

    Shapes: ablated ``[variant, text]``, intact and counts ``[text]``; units: the key of each text, equal for those that
    are resampled as one, see ``ends`` and ``paired_p``. n, units (the column): texts and units that count. Raises
    ShapeError where shapes disagree.
    """
    if ablated.shape[1:] != intact.shape or intact.shape != counts.shape:
        raise ShapeError(f"totals {ablated.shape} and {intact.shape}, counts {counts.shape}")
    low, high = ends(ablated - intact, counts, units)
    value, before = mean_of(ablated, counts), mean_of(intact[None], counts)[0]
    table = pd.DataFrame({"intact": before, "ablated": value, "delta": value - before, "low": low, "high": high})
    return table.assign(
        p=paired_p(ablated - intact, counts, units), n=int((counts > 0).sum()), units=independent(counts, units)
    )[list(EFFECT)]


def mean_of(
    totals: Real[np.ndarray, "variant text"], counts: Real[np.ndarray, " text"]
) -> Float[np.ndarray, " variant"]:
    """Totals ``[variant, text]`` over counts ``[text]``: ``[variant]``, NaN where nothing counts."""
    return quotient(np.stack([totals.sum(axis=1), np.full(len(totals), counts.sum())], axis=-1))


def independent(counts: Real[np.ndarray, " text"], units: Sequence[str] | None) -> int:
    """How many units have something to count; of texts whose units are not told, how many texts."""
    counted = np.flatnonzero(counts > 0).tolist()
    return len(counted) if units is None else len({units[place] for place in counted})


def ends(
    totals: Real[np.ndarray, "variant text"], counts: Real[np.ndarray, " text"], units: Sequence[str] | None
) -> tuple[Float[np.ndarray, " variant"], Float[np.ndarray, " variant"]]:
    """Low and high of ``mean_of``, ``[variant]``, by the Poisson bootstrap over units; NaN under 30 of them, or where
    they are not told.
    """
    if units is None or independent(counts, units) < FEWEST_FOR_INTERVAL:
        return np.full(len(totals), np.nan), np.full(len(totals), np.nan)
    sums = np.stack([totals.T, np.broadcast_to(counts[:, None], totals.T.shape)], axis=-1)
    return interval(sums, bootstrap_weights(units), quotient)


def paired_p(
    totals: Real[np.ndarray, "variant text"], counts: Real[np.ndarray, " text"], units: Sequence[str] | None
) -> Float[np.ndarray, " variant"]:
    """Two-sided p that ``mean_of`` is 0, ``[variant]``: t of a quotient of sums over independent units.

    totals: changes ``[variant, text]``. The residual of a unit is its total less the mean times its count. NaN as in
    ``ends``; 1 for a variant that changes nothing at all. Source: Cochran 1977, section 6.3 (a ratio's variance).
    """
    if units is None or independent(counts, units) < FEWEST_FOR_INTERVAL:
        return np.full(len(totals), np.nan)
    names, of_text = np.unique(np.array(units)[counts > 0], return_inverse=True)
    member = np.eye(len(names))[of_text]
    changes, sizes = totals[:, counts > 0] @ member, counts[counts > 0] @ member
    mean = changes.sum(axis=1) / sizes.sum()
    spread = ((changes - mean[:, None] * sizes) ** 2).sum(axis=1) * len(names) / (len(names) - 1)
    error = np.sqrt(spread) / sizes.sum()
    t = np.divide(mean, error, out=np.where(mean == 0, 0.0, np.inf), where=error > 0)
    return 2 * stats.t.sf(np.abs(t), len(names) - 1)
