"""Weights or norms: how much a word attends to, and how much comes from there."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from scipy.stats import rankdata

from mhattn_core.errors import ShapeError


def transfers(
    pattern: Float[np.ndarray, "layer head query key"], value_norms: Float[np.ndarray, "layer head key"]
) -> Float[np.ndarray, "layer head query key"]:
    """The length of what each query receives from each key, ``[layer, head, query, key]``: weight times length of the
    value through W_O.

    pattern: ``[layer, head, query, key]``; value_norms: ``[layer, head, key]`` as ``AttentionResult.value_norms`` gives
    them.
    Raises ShapeError where they differ.
    Source: Kobayashi et al. 2020, section 3: ‖αf(x)‖.
    """
    if pattern.shape[:2] + pattern.shape[3:] != value_norms.shape:
        raise ShapeError(f"a pattern {pattern.shape} and norms {value_norms.shape}")
    return np.asarray(pattern * value_norms[:, :, None])


def rank_correlation(
    pattern: Float[np.ndarray, "layer head query key"],
    received: Float[np.ndarray, "layer head query key"],
    visible: Bool[np.ndarray, "query key"],
) -> Float[np.ndarray, "layer head"]:
    """Spearman's correlation of weights and ``transfers`` over the keys that a query sees, mean over queries: ``[layer,
    head]``, −1 to 1.

    visible: bool ``[query, key]``. Queries with fewer than three keys, or the same weight on all, do not count; NaN
    where none is left.
    Source: after Kobayashi et al. 2020, section 4, who compare the two over word pairs.
    """
    totals, counts = np.zeros(pattern.shape[:2]), np.zeros(pattern.shape[:2])
    for query, keys in enumerate(visible):
        if keys.sum() < 3:
            continue
        one, other = (rankdata(values[:, :, query][..., keys], axis=-1) for values in (pattern, received))
        one, other = (ranks - ranks.mean(axis=-1, keepdims=True) for ranks in (one, other))
        lengths = np.sqrt(np.square(one).sum(axis=-1) * np.square(other).sum(axis=-1))
        counted = lengths > 0
        totals += np.divide((one * other).sum(axis=-1), lengths, out=np.zeros_like(lengths), where=counted)
        counts += counted
    return np.divide(totals, counts, out=np.full(totals.shape, np.nan), where=counts > 0)


def special_shares(
    pattern: Float[np.ndarray, "layer head query key"],
    received: Float[np.ndarray, "layer head query key"],
    special: Bool[np.ndarray, " key"],
    queries: Bool[np.ndarray, " query"],
) -> pd.DataFrame:
    """layer, head, weight, received: the share of a head's attention on special tokens, and of what it receives (of the
    sum of ``transfers``).

    special: bool ``[key]``; queries: bool ``[query]``, those that count. Both shares are means over queries, 0 to 1;
    NaN for a head that receives nothing.
    """
    layer, head = (axis.ravel() for axis in np.indices(pattern.shape[:2]))
    shares = []
    for values in (pattern, received):
        rows = values[:, :, queries].astype(np.float64)
        total = rows.sum(axis=-1)
        share = np.divide(rows[..., special].sum(axis=-1), total, out=np.full(total.shape, np.nan), where=total > 0)
        shares.append(share.mean(axis=-1).ravel())
    return pd.DataFrame({"layer": layer, "head": head, "weight": shares[0], "received": shares[1]})
