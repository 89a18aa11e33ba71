"""The share of a model's heads that have a redundant partner, by each distance, on text and on random words."""

import numpy as np
import pandas as pd

from mhattn_core.measures.redundancy.distance_sums import DistanceSums
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.measures.redundancy.redundant import jackknifed_share, limit, redundant_share, resampled_share
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL, quotient

COLUMNS = ("model", "stack", "by", "redundant", "low", "high", "noise", "limit", "heads", "n")


def share_table(sums: DistanceSums, cka: np.ndarray, noise: DistanceSums | None, noise_cka: np.ndarray) -> pd.DataFrame:
    """A row a distance of one stack: ``COLUMNS`` but model and stack, as a run's ``redundancy.parquet``.

    cka, noise_cka: ``[1 + fold, head, head]``, as ``cka_by_fold`` gives them. ``redundant``: the share of the ``heads``
    that have a partner no farther than ``limit``, with its 95 % interval over documents where they are known, else over
    texts (folds of them); ``noise``: the same on random words; ``n``: texts. Shares are from 0 to 1, NaN where no
    distance is known; ends are NaN under 30 texts. Source: see ``redundant``.
    """
    rows = []
    for by in ("js", "correlation"):
        here = _distances(sums, by)
        on_noise = np.nan if noise is None else redundant_share(_distances(noise, by), by)
        rows.append(_row(by, here, resampled_share(getattr(sums, by), by), on_noise, sums.texts))
    distances = 1 - cka
    ends = jackknifed_share(distances[0], distances[1:], "cka")
    rows.append(_row("cka", distances[0], ends, redundant_share(1 - noise_cka[0], "cka"), sums.texts))
    return pd.DataFrame(rows)


def _row(
    by: By, here: np.ndarray, ends: tuple[float, float], noise: np.ndarray | float, texts: int
) -> dict[str, object]:
    low, high = ends if texts >= FEWEST_FOR_INTERVAL else (np.nan, np.nan)
    return {
        "by": by,
        "redundant": float(redundant_share(here, by)),
        "low": low,
        "high": high,
        "noise": float(noise),
        "limit": limit(by),
        "heads": len(here),
        "n": texts,
    }


def _distances(sums: DistanceSums, by: By) -> np.ndarray:
    values = quotient(getattr(sums, by).sum(axis=0))
    return values if by == "js" else 1 - values
