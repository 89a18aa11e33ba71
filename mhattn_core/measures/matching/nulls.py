"""Heads of no model: what an assignment finds where there is nothing to find.

A null that deals each measure out among the heads by itself destroys what measures have in common, so that its heads
lie farther apart than any model's, and almost every head passes it (71 of 72 made-up heads did). Here the principal
components of the second model's heads are dealt out, each by itself: the covariance stays, the heads do not. Random
rotations keep it as well, but make every component normal and cost more; on made-up heads both reject at their level.
Source: permuted components as in parallel analysis, Horn 1965; the use for heads is ours.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh, qr

from mhattn_core.errors import ShapeError

DRAWS = 1000
"""The least p is 1 in 1,001: enough for the correction over some 300 heads."""
NEGLIGIBLE = 1e-9
"""Share of the largest eigenvalue below which a component is one of rounding."""


def similarity_nulls(
    a: Float[np.ndarray, "head_a feature"], b: Float[np.ndarray, "head_b other_feature"], *, draws: int = DRAWS
) -> Float[np.ndarray, "draw head_a"]:
    """What the nearest of as many heads of no model as b has costs each head of a, by 1 − cosine: ``[draw, head of
    a]``.

    Shapes: a ``[head, feature]``, b the same features; heads are made of length 1 here, one without length is near
    nothing. Range: 0 to 2. Raises ShapeError when the two disagree on features.
    """
    if a.shape[1] != b.shape[1]:
        raise ShapeError(f"{a.shape[1]} and {b.shape[1]} features")
    # As many axes as heads hold every inner product.
    coordinates = qr(np.concatenate([unit(a), unit(b)]).T, mode="r", check_finite=False)[0].T
    a, b = coordinates[: len(a)], coordinates[len(a) :]
    mean = b.mean(axis=0)
    left, sizes, axes = np.linalg.svd(b - mean, full_matrices=False)
    scores, along, to_mean, mean_along = left * sizes, a @ axes.T, a @ mean, axes @ mean
    nearest = np.empty((draws, len(a)))
    for draw, made in enumerate(_dealt(scores, draws)):
        products = to_mean[:, None] + along @ made.T
        lengths = np.sqrt((mean @ mean + 2 * made @ mean_along + np.square(made).sum(axis=1)).clip(min=NEGLIGIBLE))
        nearest[draw] = 1 - (products / lengths).max(axis=1)
    return nearest


def distance_nulls(
    to_b: Float[np.ndarray, "head_a head_b"], within_b: Float[np.ndarray, "row column"], *, draws: int = DRAWS
) -> Float[np.ndarray, "draw head_a"]:
    """The same for costs that are squared distances, such as JS divergence (its root is one between points of a
    Euclidean space: Fuglede & Topsøe 2004).

    Shapes: to_b ``[head of a, head of b]``, within_b ``[head of b, head of b]``, both without NaN. The heads of b are
    placed by classical scaling, those of a beside them (Gower 1968). Range: 0 and above. Raises ShapeError when the two
    disagree.
    """
    heads = to_b.shape[1]
    if within_b.shape != (heads, heads):
        raise ShapeError(f"distances {within_b.shape} within {heads} heads")
    spread = within_b.mean(axis=0) - within_b.mean() / 2
    values, vectors = eigh((spread[:, None] + spread - within_b) / 2)
    kept = values > NEGLIGIBLE * values[-1]
    scores = vectors[:, kept] * np.sqrt(values[kept])
    along = (spread - to_b) @ vectors[:, kept] / (2 * np.sqrt(values[kept]))
    from_mean = to_b.mean(axis=1) - within_b.mean() / 2
    nearest = np.empty((draws, len(to_b)))
    for draw, made in enumerate(_dealt(scores, draws)):
        nearest[draw] = (from_mean[:, None] - 2 * along @ made.T + np.square(made).sum(axis=1)).min(axis=1)
    return nearest.clip(min=0)


def unit(heads: Float[np.ndarray, "head feature"]) -> Float[np.ndarray, "head feature"]:
    """Each head ``[head, feature]`` with length 1, or 0 where it has none; what is not known counts as 0."""
    known = np.where(np.isfinite(heads), heads, 0.0)
    lengths = np.linalg.norm(known, axis=1, keepdims=True)
    return np.divide(known, lengths, out=np.zeros(known.shape), where=lengths > 0)


def _dealt(scores: Float[np.ndarray, "head component"], draws: int) -> Iterator[Float[np.ndarray, "head component"]]:
    """Each component's scores ``[head, component]`` among the heads anew."""
    generator = np.random.default_rng(0)
    return (generator.permuted(scores, axis=0) for _draw in range(draws))
