"""One head's scores taken apart: which dimensions make them, step by step to the weights, and what each query fits
best.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Real

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Steps:
    """From dot product to weight, each step for every query and key: float64 ``[query, key]``.

    ``capped`` and ``biased`` are None where the model has no such step. ``score`` is what the softmax gets: the last
    step before it, minus infinity where ``visible`` (bool) is False. ``normaliser`` ``[query]``: the logarithm of the
    sum that each row is divided by, the sink's part included, so that ``weight = exp(score - normaliser)``.
    """

    dot: Float[np.ndarray, "query key"]
    scaled: Float[np.ndarray, "query key"]
    capped: Float[np.ndarray, "query key"] | None
    biased: Float[np.ndarray, "query key"] | None
    visible: Bool[np.ndarray, "query key"]
    score: Float[np.ndarray, "query key"]
    normaliser: Float[np.ndarray, " query"]
    weight: Float[np.ndarray, "query key"]


def steps(values: HeadValues) -> Steps:
    """Do a head's arithmetic again, in float64.

    Range: weights 0 to 1; a row sums to 1, or to less by what a sink takes. A query that sees nothing has weights 0.
    Source: Vaswani et al. 2017, section 3.2.1; soft-cap: Gemma Team 2024; position bias: Raffel et al. 2020; sink:
    OpenAI 2025 (gpt-oss).
    """
    dot = values.query.astype(np.float64) @ values.key.astype(np.float64).T
    scaled = last = values.scaling * dot
    capped = biased = None
    if values.softcap is not None:
        capped = last = values.softcap * np.tanh(last / values.softcap)
    if values.bias is not None:
        biased = last = last + values.bias
    score = np.where(values.mask, last, -np.inf)
    sink = -np.inf if values.sink is None else values.sink
    normaliser = np.logaddexp(np.logaddexp.reduce(score, axis=1), sink)
    with np.errstate(invalid="ignore"):
        weight = np.where(values.mask, np.exp(score - normaliser[:, None]), 0.0)
    return Steps(dot, scaled, capped, biased, values.mask, score, normaliser, weight)


def products(values: HeadValues, query: int, key: int) -> Float[np.ndarray, " dimension"]:
    """What each dimension adds to one dot product: ``q_d · k_d``, float64 ``[dimension]``; their sum is
    ``Steps.dot[query, key]``.
    """
    return values.query[query].astype(np.float64) * values.key[key]


def dimension_shares(values: HeadValues) -> Float[np.ndarray, " dimension"]:
    """Which dimensions tell keys apart: float64 ``[dimension]``, shares of the variance of the scaled scores; they sum
    to 1.

    A softmax takes no notice of what is added to all keys of a query alike, so for every query each dimension's
    products are centred over the keys that it sees; a dimension's share is the covariance of its products with the
    score, over the score's variance.
    Range: usually 0 to 1; below 0 for a dimension that works against the others. All NaN where no two scores of a query
    differ. The shares belong to this checkpoint's own dimensions: turning Q and K together changes them and not the
    model.
    """
    terms = values.scaling * np.einsum("qd,kd->qkd", values.query.astype(np.float64), values.key.astype(np.float64))
    centred = np.where(values.mask[..., None], terms - _means(terms, values.mask), 0.0)
    scores = centred.sum(axis=-1)
    total = (scores**2).sum()
    # What is left of equal scores is rounding.
    if total <= 1e-12 * max(1.0, float((terms.sum(axis=-1) ** 2).sum())):
        return np.full(values.query.shape[1], np.nan)
    return np.einsum("qkd,qk->d", centred, scores) / total


def effective_rank(matrix: Real[np.ndarray, "row column"]) -> float:
    """How many directions a matrix uses: the exponential of the entropy of its singular values, each as a share of
    their sum.

    Range: 1 (one direction) to the smaller side (all alike); 0 for a matrix of zeros. Raises ShapeError unless there
    are two axes.
    Source: Roy and Vetterli 2007, definition 1.
    """
    if matrix.ndim != 2:
        raise ShapeError(f"A matrix has two axes, not {matrix.ndim}.")
    singular = np.linalg.svd(matrix.astype(np.float64), compute_uv=False)
    if not singular.sum():
        return 0.0
    shares = singular / singular.sum()
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def centred_scores(values: HeadValues) -> Float[np.ndarray, "query key"]:
    """QKᵀ less each query's mean over all keys, which no softmax would notice: float64 ``[query, key]``."""
    dot = values.query.astype(np.float64) @ values.key.astype(np.float64).T
    return dot - dot.mean(axis=1, keepdims=True)


def _means(
    terms: Float[np.ndarray, "query key dimension"], mask: Bool[np.ndarray, "query key"]
) -> Float[np.ndarray, "query 1 dimension"]:
    """Over the visible keys of each query: ``[query, 1, dimension]``."""
    seen = np.maximum(mask.sum(axis=1), 1)[:, None, None]
    return np.where(mask[..., None], terms, 0.0).sum(axis=1, keepdims=True) / seen
