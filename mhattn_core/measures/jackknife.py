"""Intervals from values that each leave one fold out."""

import numpy as np
from jaxtyping import Float, Real
from scipy.stats import t

from mhattn_core.measures.statistics import LEVEL, quotient

Values = Float[np.ndarray, "*batch"]


def jackknife(value: Values, left_out: Float[np.ndarray, " fold *batch"]) -> tuple[Values, Values]:
    """Low and high end, ``[...]``, around ``value`` from ``left_out [fold, ...]``: Student's t with one degree of
    freedom less than folds.

    The ends are NaN with fewer than two folds. Source: the delete-a-group jackknife, Quenouille 1956, Tukey 1958.
    """
    folds = len(left_out)
    if folds < 2:
        return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    error = np.sqrt((folds - 1) / folds * np.square(left_out - left_out.mean(axis=0)).sum(axis=0))
    half = t.ppf((1 + LEVEL) / 2, folds - 1) * error
    return np.asarray(value - half), np.asarray(value + half)


def jackknifed_quotient(sums: Real[np.ndarray, " fold *batch 2"]) -> tuple[Values, Values, Values]:
    """Value, low and high of total over count, from sums ``[fold, ..., 2]``; folds in which nothing was counted do not
    count as such.
    """
    filled = sums[(sums[..., 1] > 0).reshape(len(sums), -1).any(axis=1)]
    value = quotient(sums.sum(axis=0))
    return value, *jackknife(value, quotient(sums.sum(axis=0) - filled))
