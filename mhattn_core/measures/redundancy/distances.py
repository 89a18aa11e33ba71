"""How far apart two heads' patterns are on the same words: every head of one array against every head of another."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from mhattn_core.errors import ShapeError
from mhattn_core.measures.statistics import quotient

IN_CACHE = 2**16
"""Cells that are compared at a time; more would not stay in a core's cache."""
ROUNDING = 1e-5
"""Weights are equal that differ from their mean by less than this share of their size; float32 leaves some 1e-7."""


def _both_have_mass(
    mass_p: Float[np.ndarray, " row"], mass_q: Float[np.ndarray, "head row"]
) -> Bool[np.ndarray, "head row"]:
    return (mass_p > 0) & (mass_q > 0)


WEIGHTS: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {"word": _both_have_mass, "mass": np.minimum}
"""What a word counts, from the masses that the two heads leave on words."""


def js_distances(
    a: Float[np.ndarray, "head_a row column"],
    b: Float[np.ndarray, "head_b row column"] | None = None,
    *,
    weight: Literal["word", "mass"] = "word",
) -> Float[np.ndarray, "head_a head_b"]:
    """Jensen–Shannon divergence of two heads' rows, mean over words, in nats: ``[head of a, head of b]``; b is a by
    default.

    Range: 0 (the same weights) to ln 2 (never on the same word); NaN where no word counts in both heads. See
    ``js_sums``.
    """
    return quotient(js_sums(a, b, weight=weight))


def js_sums(
    a: Float[np.ndarray, "head_a row column"],
    b: Float[np.ndarray, "head_b row column"] | None = None,
    *,
    weight: Literal["word", "mass"] = "word",
) -> Float[np.ndarray, "head_a head_b 2"]:
    """Total over words and their weight, ``[head of a, head of b, 2]``, of JS(p, q) = ½ KL(p‖m) + ½ KL(q‖m), m = ½(p +
    q).

    Shapes: a ``[head, row, column]``, b the same rows and columns. Rows are made to sum to 1 here; one without any
    mass, or with NaN,
    does not count. weight: each word counts one (within a model), or the smaller of the masses that the two heads leave
    on words (between models, whose special tokens differ).
    Raises ShapeError when the two disagree on rows or columns; KeyError for another weight.
    Source: Clark et al. 2019, section 6, averaged over words instead of summed; exact, without their smoothing.
    """
    alone, b = b is None, a if b is None else b
    if a.shape[1:] != b.shape[1:]:
        raise ShapeError(f"patterns of {a.shape[1:]} and {b.shape[1:]}")
    (p, mass_p), (q, mass_q) = _shares(a), _shares(b)
    weigh = WEIGHTS[weight]
    totals = np.zeros((len(a), len(b), 2))
    step = max(1, IN_CACHE // (len(b) * a.shape[2]))
    for start in range(0, a.shape[1], step):
        rows = slice(start, start + step)
        rows_p, rows_q = np.ascontiguousarray(p[:, rows]), np.ascontiguousarray(q[:, rows])
        own_p, own_q = _plogp(rows_p), _plogp(rows_q)
        for head in range(len(a)):
            others = slice(head if alone else 0, None)
            # H(m) − ½ H(p) − ½ H(q), with Σ m ln m = ½ Σ (p + q) ln(p + q) − ln 2.
            divergence = np.log(2) - (_plogp(rows_q[others] + rows_p[head]) - own_p[head] - own_q[others]) / 2
            counted = weigh(mass_p[head, rows], mass_q[others, rows])
            totals[head, others] += np.stack(
                [(divergence.clip(min=0) * counted).sum(axis=-1), counted.sum(axis=-1)], axis=-1
            )
    if alone:
        lower = np.tril_indices(len(a), -1)
        totals[lower] = totals.swapaxes(0, 1)[lower]
    return totals


def correlation_distances(
    patterns: Float[np.ndarray, "head row column"], visible: Bool[np.ndarray, "row column"]
) -> Float[np.ndarray, "head head"]:
    """1 − Pearson's r of two heads' weights over the visible cells, ``[head, head]``: 0 (proportional) to 2 (opposite).

    Shapes: patterns ``[head, row, column]``, as they are, not made to sum to 1; rows with NaN in any head are left out.
    NaN where
    a head gives every cell the same. Source: Pearson's r; on attention maps Bian et al. 2021.
    """
    rows = np.isfinite(patterns).all(axis=(0, 2))
    cells = patterns[:, rows[:, None] & visible]
    centred = cells - cells.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    known = lengths > ROUNDING * np.linalg.norm(cells, axis=1, keepdims=True)
    directions = np.divide(centred, lengths, out=np.full_like(cells, np.nan), where=known)
    return np.clip(1 - directions @ directions.T, 0, 2)


def _shares(
    patterns: Float[np.ndarray, "head row column"],
) -> tuple[Float[np.ndarray, "head row column"], Float[np.ndarray, "head row"]]:
    """Rows made to sum to 1, and the mass ``[head, row]`` that they had; both 0 where a row has none."""
    mass = np.nan_to_num(patterns.astype(np.float64).sum(axis=-1))
    shares = np.divide(patterns, mass[..., None], out=np.zeros(patterns.shape), where=mass[..., None] > 0)
    return shares, mass


def _plogp(shares: Float[np.ndarray, "*rows column"]) -> Float[np.ndarray, "*rows"]:
    """Σ p ln p of each row; 0 ln 0 is 0."""
    return np.einsum("...k,...k->...", shares, np.log(np.maximum(shares, np.finfo(np.float64).tiny)))
