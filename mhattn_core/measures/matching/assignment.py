"""What it costs to match heads of two models, and which of them an assignment of least cost pairs."""

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import linear_sum_assignment

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.cka import debiased_cka
from mhattn_core.measures.redundancy.distances import js_distances

MatchBy = Literal["profile", "profile.no_relations", "js", "js.visible", "cka", "effect"]
"""By how heads measure, with and without relations; by how they spread attention, over all words or over those that
both masks show; by what they write; by what is lost without them."""
FEWEST_MEASURES = 3
ROUNDING = 1e-12
"""Profiles are standardised; a variance below this is one of rounding."""


def costs(
    a: Float[np.ndarray, "head_a ..."], b: Float[np.ndarray, "head_b ..."], *, by: Literal["profile", "js", "cka"]
) -> Float[np.ndarray, "head_a head_b"]:
    """What it costs to match each head of one model with each of another: ``[head of a, head of b]``.

    ``profile``: 1 − Pearson's r of profiles ``[head, measure]`` (see ``neighbours.profiles``) over the measures that
    both have, three or more, else NaN. ``js``: JS divergence of patterns ``[head, row, column]`` on the same words
    under the same mask, words weighted by the mass that both heads keep on words. ``cka``: 1 − debiased CKA of outputs
    ``[head, word, dimension]`` on the same words.
    Raises ShapeError when the two disagree; KeyError for another name. Source: Jensen–Shannon and CKA as there;
    profiles are ours.
    """
    measured = {
        "profile": lambda: _profile_costs(a, b),
        "js": lambda: js_distances(a, b, weight="mass"),
        "cka": lambda: 1 - debiased_cka(a, b),
    }
    return measured[by]()


def assigned(cost: Float[np.ndarray, "row column"]) -> Int[np.ndarray, " row"]:
    """The partner of each row in the assignment of least total cost, −1 for rows without one; a cost that is not known
    is avoided. Source: Kuhn 1955.
    """
    partner = np.full(len(cost), -1)
    if np.isnan(cost).all():
        return partner
    worst = np.nanmax(np.abs(cost)) * len(cost) + 1
    rows, columns = linear_sum_assignment(np.where(np.isnan(cost), worst, cost))
    known = ~np.isnan(cost[rows, columns])
    partner[rows[known]] = columns[known]
    return partner


def mutually_nearest(
    cost: Float[np.ndarray, "row column"], partner: Int[np.ndarray, " row"]
) -> Bool[np.ndarray, " row"]:
    """bool ``[row]``: whether a row and its partner (−1: none) are each other's cheapest."""
    known = np.where(np.isnan(cost), np.inf, cost)
    rows = np.arange(len(cost))
    return (partner >= 0) & (known.argmin(axis=1) == partner) & (known.argmin(axis=0)[partner] == rows)


def _profile_costs(
    a: Float[np.ndarray, "head_a measure_a"], b: Float[np.ndarray, "head_b measure_b"]
) -> Float[np.ndarray, "head_a head_b"]:
    if a.shape[1] != b.shape[1]:
        raise ShapeError(f"{a.shape[1]} and {b.shape[1]} measures")
    known_a, known_b = np.isfinite(a).astype(float), np.isfinite(b).astype(float)
    x, y = np.where(np.isfinite(a), a, 0.0), np.where(np.isfinite(b), b, 0.0)
    # Sums over the measures that both have, as products of matrices: one by one they would take minutes for 270 heads
    # and 100 resamples.
    count = known_a @ known_b.T
    n = np.maximum(count, 1)
    sum_x, sum_y = x @ known_b.T, known_a @ y.T
    square_x, square_y = np.square(x) @ known_b.T - sum_x**2 / n, known_a @ np.square(y).T - sum_y**2 / n
    lengths = np.sqrt(square_x.clip(min=0) * square_y.clip(min=0))
    known = (count >= FEWEST_MEASURES) & (square_x > ROUNDING * n) & (square_y > ROUNDING * n)
    return 1 - np.divide(x @ y.T - sum_x * sum_y / n, lengths, out=np.full(lengths.shape, np.nan), where=known)
