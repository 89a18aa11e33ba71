"""Which head of one model is the counterpart of which of another, and whether that means anything.

An assignment always finds a partner for everybody. So a match counts only against three nulls: heads whose features are
mixed within the second model, the second model with random weights, and heads that merely lie at the same depth.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.cka import debiased_cka
from mhattn_core.measures.redundancy.distances import js_distances

MatchBy = Literal["profile", "js", "cka"]
SHARED, NONE = "shared role", "no counterpart"
LEVEL = 0.05
STABLE = 0.9
DRAWS = 100
FEWEST_MEASURES = 3
ROUNDING = 1e-12
"""Profiles are standardised; a variance below this is one of rounding."""


def costs(a: np.ndarray, b: np.ndarray, *, by: MatchBy) -> np.ndarray:
    """What it costs to match each head of one model with each of another: ``[head of a, head of b]``.

    ``profile``: 1 − Pearson's r of profiles ``[head, measure]`` (see ``neighbours.profiles``) over the measures that
    both have, three
    or more, else NaN. ``js``: JS divergence of patterns ``[head, row, column]`` on the same words under the same mask,
    words weighted by the mass that both heads keep on words. ``cka``: 1 − debiased CKA of outputs ``[head, word,
    dimension]`` on the same words.
    Raises ShapeError when the two disagree; KeyError for another name. Source: Jensen–Shannon and CKA as there;
    profiles are ours.
    """
    measured: Mapping[str, Callable[[], np.ndarray]] = {
        "profile": lambda: _profile_costs(a, b),
        "js": lambda: js_distances(a, b, weight="mass"),
        "cka": lambda: 1 - debiased_cka(a, b),
    }
    return measured[by]()


def mixed_costs(a: np.ndarray, b: np.ndarray, *, by: MatchBy, draws: int = DRAWS) -> np.ndarray:
    """The null of features that belong to no head: each measure, row or word of ``b`` goes to heads at random, ``[draw,
    head, head]``.
    """
    return np.stack([costs(a, _mixed(b, np.random.default_rng(seed)), by=by) for seed in range(draws)])


def match(
    cost: np.ndarray,
    index_a: pd.MultiIndex,
    index_b: pd.MultiIndex,
    *,
    by: MatchBy,
    nulls: np.ndarray,
    twin: np.ndarray,
    resampled: np.ndarray,
) -> pd.DataFrame:
    """One row for each head of a: model_a, stack_a, layer_a, head_a, the same of b, by, cost, null95, depth95,
    stability, mutual, verdict.

    cost ``[head of a, head of b]``, heads named by (model, stack, layer, head). nulls ``[draw, a, b]``: as
    ``mixed_costs``; twin
    ``[draw, a, heads of the twin]``: costs against the second model with random weights; resampled ``[draw, a, b]``:
    costs on resampled pairs.

    The assignment has the least total cost; the larger model keeps heads without a partner (NaN). ``null95``: the cost
    that the head's cheapest partner in a null undercuts in 5 % of the draws, the lower of the two nulls. ``depth95``:
    what 5 % of b's heads at the same relative depth
    undercut. ``stability``: share of resamples with the same partner. ``mutual``: each is the other's cheapest.
    ``shared role``: below null95, and so in 95 % of resamples, not above depth95, and stable in 90 % of resamples; else
    ``no counterpart``.
    Source: Kuhn 1955 for the assignment; the nulls and thresholds are ours.
    """
    if cost.shape != (len(index_a), len(index_b)):
        raise ShapeError(f"costs {cost.shape} for {len(index_a)} and {len(index_b)} heads")
    partner = assigned(cost)
    own = np.where(partner >= 0, cost[np.arange(len(cost)), partner], np.nan)
    null95 = np.minimum(*(_quantile(np.fmin.reduce(draws, axis=2).T) for draws in (nulls, twin)))
    depth95 = _depth_limits(cost, _depth(index_a), _depth(index_b))
    stability = np.mean([assigned(draw) == partner for draw in resampled], axis=0)
    known = np.where(np.isnan(cost), np.inf, cost)
    mutual = (known.argmin(axis=1) == partner) & (known.argmin(axis=0)[partner] == np.arange(len(cost)))
    surely = (resampled[:, np.arange(len(cost)), partner] < null95).mean(axis=0) >= 1 - LEVEL
    shared = (own < null95) & surely & (own <= depth95) & (stability >= STABLE) & (partner >= 0)
    table = index_a.to_frame(index=False).add_suffix("_a")
    of_b = (
        index_b.to_frame(index=False)
        .add_suffix("_b")
        .reindex(np.where(partner >= 0, partner, len(index_b)))
        .reset_index(drop=True)
    )
    return table.join(of_b).assign(
        by=by,
        cost=own,
        null95=null95,
        depth95=depth95,
        stability=np.where(partner >= 0, stability, np.nan),
        mutual=mutual & (partner >= 0),
        verdict=np.where(shared, SHARED, NONE),
    )


def assigned(cost: np.ndarray) -> np.ndarray:
    """The partner of each row in the assignment of least total cost, −1 for rows without one; a cost that is not known
    is avoided.
    """
    partner = np.full(len(cost), -1)
    if np.isnan(cost).all():
        return partner
    worst = np.nanmax(np.abs(cost)) * len(cost) + 1
    rows, columns = linear_sum_assignment(np.where(np.isnan(cost), worst, cost))
    known = ~np.isnan(cost[rows, columns])
    partner[rows[known]] = columns[known]
    return partner


def position_only(patterns: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Each head as it would be if it saw positions alone: every weight replaced by the head's mean at that offset, key
    less query.

    Shapes: patterns ``[head, row, column]`` over one text, visible ``[row, column]``; the result as patterns, NaN where
    they are. A match that this head does as well is a match of positions.
    """
    rows, columns = visible.shape
    offset = np.arange(columns) - np.arange(rows)[:, None]
    known = np.isfinite(patterns).all(axis=(0, 2))[:, None] & visible
    found = patterns.copy()
    for step in np.unique(offset[known]):
        cells = known & (offset == step)
        found[:, cells] = patterns[:, cells].mean(axis=1, keepdims=True)
    return found


def _profile_costs(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.shape[1] != b.shape[1]:
        raise ShapeError(f"{a.shape[1]} and {b.shape[1]} measures")
    known_a, known_b = np.isfinite(a).astype(float), np.isfinite(b).astype(float)
    x, y = np.where(np.isfinite(a), a, 0.0), np.where(np.isfinite(b), b, 0.0)
    # Sums over the measures that both have, as products of matrices: one by one they would take minutes for 270 heads
    # and 100 draws.
    count = known_a @ known_b.T
    n = np.maximum(count, 1)
    sum_x, sum_y = x @ known_b.T, known_a @ y.T
    square_x, square_y = np.square(x) @ known_b.T - sum_x**2 / n, known_a @ np.square(y).T - sum_y**2 / n
    lengths = np.sqrt(square_x.clip(min=0) * square_y.clip(min=0))
    known = (count >= FEWEST_MEASURES) & (square_x > ROUNDING * n) & (square_y > ROUNDING * n)
    return 1 - np.divide(x @ y.T - sum_x * sum_y / n, lengths, out=np.full(lengths.shape, np.nan), where=known)


def _mixed(b: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Each feature (second axis) dealt out among the heads anew."""
    return np.stack([b[generator.permutation(len(b)), feature] for feature in range(b.shape[1])], axis=1)


def _depth(index: pd.MultiIndex) -> np.ndarray:
    layer = index.get_level_values("layer").to_numpy()
    return layer / max(layer.max(), 1)


def _depth_limits(cost: np.ndarray, depth_a: np.ndarray, depth_b: np.ndarray) -> np.ndarray:
    """For each head of a what 5 % of b's heads in the layer at the nearest relative depth undercut."""
    gaps = np.abs(depth_a[:, None] - depth_b)
    same = gaps <= gaps.min(axis=1, keepdims=True) + 1e-9
    return _quantile(np.where(same, cost, np.nan))


def _quantile(rows: np.ndarray) -> np.ndarray:
    """What 5 % of each row's known values undercut; NaN where none is known."""
    known = np.isfinite(rows).any(axis=1)
    limits = np.full(len(rows), np.nan)
    limits[known] = np.nanquantile(rows[known], LEVEL, axis=1)
    return limits
