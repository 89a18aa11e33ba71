"""Debiased linear CKA: whether two heads write the same, up to rotation and scale.

The plain CKA of few words is near one whatever is compared: independent Gaussians of 50 words and 64 dimensions give
0.55.
Source: Kornblith et al. 2019 for CKA; Song et al. 2012 for the estimator without bias; the formula is that of
Kornblith's own code.
"""

import numpy as np
from jaxtyping import Float

from mhattn_core.errors import ShapeError

FEWEST = 4
"""Words; the correction divides by n − 3 degrees of freedom."""


def debiased_cka(
    a: Float[np.ndarray, "head_a word dimension_a"], b: Float[np.ndarray, "head_b word dimension_b"] | None = None
) -> Float[np.ndarray, "head_a head_b"]:
    """CKA of what each head of ``a`` writes with what each of ``b`` (by default a) writes: ``[head of a, head of b]``.

    Shapes: a ``[head, word, dimension]``, b the same words and any dimension; columns are centred here. Words with NaN
    are left out.
    Range: about 0 for independent features, below it by chance, 1 for the same up to rotation and scale; NaN for a head
    that writes the same on every word. One word a sentence: words of one sentence share a component, and then unrelated
    features score 0.13. Raises ShapeError for fewer than four words, or a different number of them.
    """
    b = a if b is None else b
    if a.shape[1] != b.shape[1]:
        raise ShapeError(f"{a.shape[1]} and {b.shape[1]} words")
    known = np.isfinite(a).all(axis=(0, 2)) & np.isfinite(b).all(axis=(0, 2))
    x, y = _centred(a[:, known]), _centred(b[:, known])
    products, own_x, own_y = (
        _products(x, y),
        *([_products(head[None], head[None])[0, 0] for head in features] for features in (x, y)),
    )
    norms_x, norms_y = (np.square(features).sum(axis=-1) for features in (x, y))
    return _quotient(
        _debiased(products, norms_x @ norms_y.T, np.outer(norms_x.sum(axis=1), norms_y.sum(axis=1)), x.shape[1]),
        _debiased(np.array(own_x), np.square(norms_x).sum(axis=1), norms_x.sum(axis=1) ** 2, x.shape[1]),
        _debiased(np.array(own_y), np.square(norms_y).sum(axis=1), norms_y.sum(axis=1) ** 2, x.shape[1]),
    )


def cka_of_grams(found: Float[np.ndarray, "head word word"]) -> Float[np.ndarray, "head head"]:
    """The same from Gram matrices ``[head, word, word]`` as ``grams`` gives them: for few words, and heads of different
    dimensions.
    """
    known = np.isfinite(np.diagonal(found, axis1=1, axis2=2)).all(axis=0)
    kept = found[:, known][:, :, known]
    kept = kept - kept.mean(axis=1, keepdims=True)
    kept = kept - kept.mean(axis=2, keepdims=True)
    flat = kept.reshape(len(kept), -1)
    norms = np.diagonal(kept, axis1=1, axis2=2)
    both = _debiased(flat @ flat.T, norms @ norms.T, np.outer(norms.sum(axis=1), norms.sum(axis=1)), kept.shape[1])
    return _quotient(both, both.diagonal(), both.diagonal())


def grams(features: Float[np.ndarray, "head word dimension"]) -> Float[np.ndarray, "head word word"]:
    """X Xᵀ of each head: ``[head, word, dimension]`` to ``[head, word, word]``."""
    return features @ features.swapaxes(1, 2)


def centred_grams(features: Float[np.ndarray, "head word dimension"]) -> Float[np.ndarray, "head two_words"]:
    """Gram matrices, centred without their diagonals, as vectors ``[head, two words]``: the cosine of two heads is
    their debiased CKA.

    Shapes: features ``[head, word, dimension]``; words with NaN are left out. Raises ShapeError for fewer than four.
    Source: U-centring, Székely & Rizzo 2014, definition 2; its identity with the estimator of Song et al. 2012.
    """
    found = grams(features[:, np.isfinite(features).all(axis=(0, 2))].astype(np.float64))
    words = found.shape[1]
    if words < FEWEST:
        raise ShapeError(f"debiased CKA of {words} words")
    found[:, np.arange(words), np.arange(words)] = 0
    rows = found.sum(axis=2)
    found -= (rows[:, :, None] + rows[:, None]) / (words - 2)
    found += (rows.sum(axis=1) / ((words - 1) * (words - 2)))[:, None, None]
    return found[:, *np.triu_indices(words, 1)]


def _products(
    x: Float[np.ndarray, "head_x word dimension_x"], y: Float[np.ndarray, "head_y word dimension_y"]
) -> Float[np.ndarray, "head_x head_y"]:
    """‖XᵀY‖² of each head of x with each of y, by whichever is smaller: Gram matrices, or the features' own products."""
    words = x.shape[1]
    if words < min(x.shape[2], y.shape[2]):
        of_x, of_y = (grams(features).reshape(len(features), -1) for features in (x, y))
        return of_x @ of_y.T
    wide = y.swapaxes(0, 1).reshape(words, -1)
    return np.stack([np.square(head.T @ wide).reshape(x.shape[2], len(y), -1).sum(axis=(0, 2)) for head in x])


def _centred(features: Float[np.ndarray, "head word dimension"]) -> Float[np.ndarray, "head word dimension"]:
    return features.astype(np.float64) - features.mean(axis=1, keepdims=True)


def _debiased(product: np.ndarray, norms: np.ndarray, totals: np.ndarray, words: int) -> np.ndarray:
    """h(X, Y) from ‖XᵀY‖², Σ‖xᵢ‖²‖yᵢ‖² and ‖X‖²‖Y‖²."""
    if words < FEWEST:
        raise ShapeError(f"debiased CKA of {words} words")
    return product - words / (words - 2) * norms + totals / ((words - 1) * (words - 2))


def _quotient(both: np.ndarray, of_a: np.ndarray, of_b: np.ndarray) -> np.ndarray:
    """h(X, Y) / √(h(X, X) h(Y, Y))."""
    lengths = np.sqrt(np.outer(of_a, of_b).clip(min=0))
    return np.divide(both, lengths, out=np.full(both.shape, np.nan), where=lengths > 0)
