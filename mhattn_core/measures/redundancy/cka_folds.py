"""Debiased CKA of a model's heads with one another, and of what is left when each fold is left out, in one pass over
the Gram matrices.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.cka import FEWEST


def cka_by_fold(
    features: Float[Tensor, "head word dimension"], folds: Int[np.ndarray, " word"]
) -> Float[np.ndarray, "fold_and_1 head head"]:
    """CKA of what each two heads write, ``[1 + fold, head, head]``: of all words first, then without each fold.

    Shapes: features ``[head, word, dimension]``, folds ``[word]``. NaN for a head that writes the same everywhere.
    Raises ShapeError for fewer than four words. Intervals are by the jackknife: words that are drawn twice, as by a
    bootstrap, would raise the value. Source: as ``cka``, in the form of Song et al. 2012.
    """
    if features.shape[1] < FEWEST:
        raise ShapeError(f"debiased CKA of {features.shape[1]} words")
    inner = _inner(_scaled(features), folds)
    own = np.sqrt(np.diagonal(inner, axis1=1, axis2=2).clip(min=0))
    lengths = own[:, :, None] * own[:, None]
    return np.divide(inner, lengths, out=np.full(inner.shape, np.nan), where=lengths > 0)


def _scaled(features: Float[Tensor, "head word dimension"]) -> Float[Tensor, "head word dimension"]:
    """Centred, and of a size that float32 holds: neither changes CKA."""
    centred = features - features.mean(dim=1, keepdim=True)
    size = centred.norm(dim=(1, 2), keepdim=True) / centred.shape[1] ** 0.5
    return centred / size.where(size > 1e-6 * features.abs().amax(dim=(1, 2), keepdim=True), torch.inf)


def _inner(
    features: Float[Tensor, "head word dimension"], folds: Int[np.ndarray, " word"]
) -> Float[np.ndarray, "samples head head"]:
    """The debiased inner product of each two heads' Gram matrices K, L with 0 on their diagonals, ``[1 + fold, head,
    head]``, all words first:

    ΣKL + ΣK ΣL / ((n − 1)(n − 2)) − 2 Σᵢ (Σⱼ Kᵢⱼ)(Σⱼ Lᵢⱼ) / (n − 2).
    """
    names = [name for name in np.unique(folds) if (folds != name).sum() >= FEWEST]
    products = np.zeros((1 + len(names), len(features), len(features)))
    sums = [np.zeros(features.shape[:2]) for _name in range(1 + len(names))]
    for name in np.unique(folds):
        block = np.flatnonzero(folds == name)
        rows = features[:, block] @ features.transpose(1, 2)
        rows[:, np.arange(len(block)), block] = 0
        whole, to_each = _product(rows), rows.double().sum(dim=1).numpy()
        products[0] += whole
        sums[0] += to_each
        if name in names:
            # Without the fold neither its rows nor its columns are there.
            products[1 + names.index(name)] = _product(rows[:, :, block]) - 2 * whole
            sums[1 + names.index(name)] = -to_each
    products[1:] += products[0]
    kept = np.array([np.ones(len(folds), dtype=bool)] + [folds != name for name in names])
    found = []
    for product, own, here in zip(products, [sums[0], *(sums[0] + part for part in sums[1:])], kept, strict=True):
        rows_sums, n = own[:, here], here.sum()
        total = rows_sums.sum(axis=1)
        found.append(product + np.outer(total, total) / ((n - 1) * (n - 2)) - 2 * rows_sums @ rows_sums.T / (n - 2))
    return np.stack(found)


def _product(grams: Float[Tensor, "head words other_words"]) -> Float[np.ndarray, "head head"]:
    flat = grams.flatten(1)
    return (flat @ flat.T).double().numpy()
