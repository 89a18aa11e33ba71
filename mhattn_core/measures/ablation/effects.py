"""From totals of sentences to values with intervals."""

import numpy as np
import pandas as pd

from mhattn_core.errors import ShapeError
from mhattn_core.measures.statistics import interval, quotient

EFFECT = ("intact", "ablated", "delta", "low", "high", "n")


def effects(
    ablated: np.ndarray, intact: np.ndarray, counts: np.ndarray, weights: np.ndarray | None = None
) -> pd.DataFrame:
    """intact, ablated, delta, low, high, n of each variant: values are totals over counts, and low, high the interval
    of delta.

    Shapes: ablated ``[variant, sentence]``, intact and counts ``[sentence]``; weights ``[replicate, sentence]``, see
    ``bootstrap_weights``; without
    them the ends are NaN. n: sentences that count. Raises ShapeError where they disagree.
    """
    if ablated.shape[1:] != intact.shape or intact.shape != counts.shape:
        raise ShapeError(f"totals {ablated.shape} and {intact.shape}, counts {counts.shape}")
    low, high = ends(ablated - intact, counts, weights)
    value, before = mean_of(ablated, counts), mean_of(intact[None], counts)[0]
    table = pd.DataFrame({"intact": before, "ablated": value, "delta": value - before, "low": low, "high": high})
    return table.assign(n=int((counts > 0).sum()))


def mean_of(totals: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Totals ``[variant, sentence]`` over counts ``[sentence]``: ``[variant]``, NaN where nothing counts."""
    return quotient(np.stack([totals.sum(axis=1), np.full(len(totals), counts.sum())], axis=-1))


def ends(totals: np.ndarray, counts: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of ``mean_of``, by the Poisson bootstrap over sentences."""
    if weights is None:
        return np.full(len(totals), np.nan), np.full(len(totals), np.nan)
    sums = np.stack([totals.T, np.broadcast_to(counts[:, None], totals.T.shape)], axis=-1)
    return interval(sums, weights, quotient)
