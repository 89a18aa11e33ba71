"""Which matched heads are counterparts: an assignment finds a partner for everybody, so it must be more than that."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from scipy.stats import false_discovery_control

from mhattn_core.errors import ShapeError
from mhattn_core.measures.matching.assignment import MatchBy, assigned, mutually_nearest

SHARED, NONE = "shared role", "no counterpart"
LEVEL = 0.05
RELIABLE = 0.7
"""What is asked of a reliability where groups are compared (Nunnally 1978, section 7); under it a cost says more of the
sample than of the heads."""


def match(
    cost: Float[np.ndarray, "head_a head_b"],
    index_a: pd.MultiIndex,
    index_b: pd.MultiIndex,
    *,
    by: MatchBy,
    nulls: Float[np.ndarray, "draw head_a"],
    halves: Float[np.ndarray, "2 head_a head_b"],
    resampled: Float[np.ndarray, "resample head_a head_b"],
) -> pd.DataFrame:
    """One row for each head of a: model_a, stack_a, layer_a, head_a, the same of b, by, cost, null95, p, q,
    reliability, stability, mutual, verdict.

    cost ``[head of a, head of b]``, heads named by (model, stack, layer, head). nulls ``[draw, head of a]``: see
    ``nulls``. halves ``[half, head of a, head of b]``: costs on each half of the pairs. resampled ``[draw, head of a,
    head of b]``: costs on resampled pairs.

    The assignment has the least total cost; the larger model keeps heads without a partner (layer_b, head_b and
    numbers NaN). ``null95``: what the
    nearest of as many heads of no model undercuts in 5 % of the draws; ``p``: in how many it comes as near as the
    partner; ``q``: p after Benjamini and Hochberg over a's heads. ``reliability``: the lower of ``reliabilities`` of
    the two heads. ``stability``: share of resamples with the same partner; it decides nothing, since the assignment of
    any large corpus is stable. ``mutual``: each is the other's cheapest.
    ``shared role``: q at most 0.05, reliability at least 0.7, and mutual; else ``no counterpart``.
    Source: Kuhn 1955; Benjamini & Hochberg 1995; the null and the thresholds are ours.
    """
    if cost.shape != (len(index_a), len(index_b)):
        raise ShapeError(f"costs {cost.shape} for {len(index_a)} and {len(index_b)} heads")
    partner = assigned(cost)
    has_partner = partner >= 0
    own = np.where(has_partner, cost[np.arange(len(cost)), partner], np.nan)
    p, q = significance(own, nulls)
    mutual = mutually_nearest(cost, partner)
    of_a, of_b = reliabilities(halves), reliabilities(halves.swapaxes(1, 2))
    reliability = np.where(has_partner, np.minimum(of_a, of_b[partner]), np.nan)
    stability = np.mean([assigned(draw) == partner for draw in resampled], axis=0)
    shared = (q <= LEVEL) & (reliability >= RELIABLE) & mutual
    table = index_a.to_frame(index=False).add_suffix("_a")
    of_partner = (
        index_b.to_frame(index=False)
        .add_suffix("_b")
        .reindex(np.where(has_partner, partner, len(index_b)))
        .reset_index(drop=True)
        .assign(**{f"{name}_b": index_b.get_level_values(name)[0] for name in ("model", "stack")})
    )
    return table.join(of_partner).assign(
        by=by,
        cost=own,
        null95=np.quantile(nulls, LEVEL, axis=0),
        p=p,
        q=q,
        reliability=reliability,
        stability=np.where(has_partner, stability, np.nan),
        mutual=mutual,
        verdict=np.where(shared, SHARED, NONE),
    )


def significance(
    own: Float[np.ndarray, " head"], nulls: Float[np.ndarray, "draw head"]
) -> tuple[Float[np.ndarray, " head"], Float[np.ndarray, " head"]]:
    """p and q ``[head]`` of costs ``own [head]`` against ``nulls [draw, head]``; NaN where a cost is not known.

    p is (1 + draws that come as near) / (1 + draws), which never is 0: Davison & Hinkley 1997, section 4.2.
    """
    known = np.isfinite(own)
    p = np.where(known, (1 + (nulls <= own).sum(axis=0)) / (1 + len(nulls)), np.nan)
    q = np.full(len(own), np.nan)
    if known.any():
        q[known] = false_discovery_control(p[known])
    return p, q


def reliabilities(halves: Float[np.ndarray, "2 row column"]) -> Float[np.ndarray, " row"]:
    """How far each row's costs can be relied on, ``[row]``, from costs on two halves ``[half, row, column]``.

    Pearson's r of the row on one half with the same on the other, taken to the length of both by Spearman and Brown
    (1910): 2r / (1 + r). Range: −∞ to 1, about 0 where costs are noise; NaN where a row is the same everywhere.
    """
    known = np.isfinite(halves).all(axis=0)
    count = known.sum(axis=1)
    x, y = (_centred(half, known) for half in halves)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    r = np.divide((x * y).sum(axis=1), lengths, out=np.full(len(x), np.nan), where=(lengths > 0) & (count > 1))
    return np.divide(2 * r, 1 + r, out=np.where(np.isnan(r), np.nan, -np.inf), where=r > -1)


def _centred(
    values: Float[np.ndarray, "row column"], known: Bool[np.ndarray, "row column"]
) -> Float[np.ndarray, "row column"]:
    """Less the row's mean of what is known; 0 where it is not."""
    total = np.where(known, values, 0.0)
    mean = total.sum(axis=1, keepdims=True) / known.sum(axis=1, keepdims=True).clip(min=1)
    return np.where(known, values - mean, 0.0)
