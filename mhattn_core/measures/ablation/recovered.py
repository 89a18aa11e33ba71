"""How much of what a model loses without any head some of its heads bring back."""

import numpy as np
from jaxtyping import Float, Real

from mhattn_core.measures.statistics import quotient

LEAST = 1e-9
"""A loss of less, of all texts together, is none."""


def recovered(
    kept: Real[np.ndarray, "variant text"], intact: Real[np.ndarray, " text"], none: Real[np.ndarray, " text"]
) -> Float[np.ndarray, " variant"]:
    """``(none − kept) / (none − intact)`` of the sums over texts: 0 as without heads, 1 as with all.

    kept ``[variant, text]``, intact, none ``[text]``: totals of a quantity with some heads, with all, and with none.
    Range: unbounded; above 1 where the model does better with some heads than with all, below 0 where it does worse
    than with none. NaN where all heads together make no difference.
    """
    lost = float((none - intact).sum())
    return np.full(len(kept), np.nan) if abs(lost) < LEAST else (none.sum() - kept.sum(axis=1)) / lost


def recovered_of_texts(
    kept: Real[np.ndarray, "variant text"],
    intact: Real[np.ndarray, " text"],
    none: Real[np.ndarray, " text"],
    counts: Real[np.ndarray, " text"],
) -> Float[np.ndarray, "3 variant"]:
    """The 10 %, 50 % and 90 % quantiles over texts of 1 less what a text loses a word, as a share of what all lose a
    word in the mean without heads: not of what it loses itself, which may be next to nothing. NaN as ``recovered``.
    """
    counted = counts > 0
    lost = float(quotient(np.array([(none - intact).sum(), counts.sum()])))
    if not counted.any() or abs(lost * counts.sum()) < LEAST:
        return np.full((3, len(kept)), np.nan)
    shares = 1 - (kept - intact)[:, counted] / counts[counted] / lost
    return np.quantile(shares, (0.1, 0.5, 0.9), axis=1)


def area(share: Float[np.ndarray, " point"], value: Float[np.ndarray, " point"]) -> float:
    """Under a curve from share 0 to 1, by trapezoids; points in any order."""
    order = np.argsort(share)
    return float(np.trapezoid(value[order], share[order]))
