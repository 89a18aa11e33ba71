"""What the heads of a layer add, held against one another: how long, in which direction, and what only one of them
adds.
"""

import numpy as np
from jaxtyping import Float, Int

from mhattn_core.errors import ShapeError
from mhattn_core.measures.statistics import quotient

FEWEST_WORDS = 20
"""From fewer words the others' prediction of a head says nothing: it has more weights to fit than words to fit them on.
"""
PENALTIES = np.logspace(-4, 3, 8)
"""Of the ridge, as multiples of the mean diagonal of the kernel."""


def layer_shares(vectors: Float[np.ndarray, "*batch head dimension"]) -> Float[np.ndarray, "*batch head"]:
    """The share of each head in what its layer adds, along the direction of the sum: ``[..., head]``; the shares sum to
    1.

    vectors: ``[..., head, dimension]``. Below 0 for a head that works against the others; NaN where the sum is nothing.
    """
    total = vectors.sum(axis=-2, keepdims=True, dtype=np.float64)
    length = np.square(total).sum(axis=-1)
    return _quotient((vectors * total).sum(axis=-1), length)


def cosines(vectors: Float[np.ndarray, "*batch head dimension"]) -> Float[np.ndarray, "*batch head head"]:
    """Cosine of what each head adds with what each other adds, with its sign: ``[..., head, head]``, −1 to 1.

    vectors: ``[..., head, dimension]``. NaN for a head that adds nothing.
    Source: Li et al. 2018, section 3.2 (their disagreement on outputs is minus the mean), here with signs told and
    without a head's cosine with itself.
    """
    wide = vectors.astype(np.float64)
    products = wide @ wide.swapaxes(-1, -2)
    lengths = np.sqrt(np.diagonal(products, axis1=-2, axis2=-1))
    return _quotient(products, lengths[..., :, None] * lengths[..., None, :])


def mean_cosine(vectors: Float[np.ndarray, "*batch head dimension"]) -> Float[np.ndarray, "*batch"]:
    """Mean cosine of two different heads, ``[...]``; vectors as in ``cosines``."""
    found = cosines(vectors)
    pairs = ~np.eye(found.shape[-1], dtype=bool)
    return np.asarray(found[..., pairs].mean(axis=-1))


def participation_ratio(added: Float[np.ndarray, "head word dimension"]) -> float:
    """How many directions the heads of one layer use as they go from word to word: 1 (all the same, or the same turned
    round) to H (none has to do with another).

    added: ``[head, word, dimension]``. (Σλ)² / Σλ² of the heads' Gram matrix, each head centred over words and brought
    to length one. Words with NaN, and heads that add the same to every word, are left out; NaN where fewer than two of
    either are left.
    """
    known = added[:, np.isfinite(added).all(axis=(0, 2))].astype(np.float64)
    if known.shape[1] < 2:
        return float("nan")
    flat = (known - known.mean(axis=1, keepdims=True)).reshape(len(known), -1)
    lengths = np.linalg.norm(flat, axis=1)
    flat = flat[lengths > 1e-6 * max(float(np.abs(known).max()), 1e-12)]
    if len(flat) < 2:
        return float("nan")
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    return ratio_of(np.linalg.eigvalsh(flat @ flat.T))


def ratio_of(eigenvalues: Float[np.ndarray, " head"]) -> float:
    """(Σλ)² / Σλ²: how many of the eigenvalues count."""
    return float(eigenvalues.sum() ** 2 / np.square(eigenvalues).sum())


def unique_share(
    added: Float[np.ndarray, "head word dimension"], folds: Int[np.ndarray, " word"]
) -> Float[np.ndarray, " head"]:
    """What of each head's contribution the other heads of its layer do not tell: ``[head]``, 1 − R² on words held out,
    from ``untold``.

    About 0 where the others tell everything, 1 where they tell nothing; above 1 where what they seem to tell is wrong.
    All NaN with fewer than ``FEWEST_WORDS`` words; NaN for a head that adds the same to every word.
    """
    return quotient(untold(added, folds).sum(axis=0))


def untold(
    added: Float[np.ndarray, "head word dimension"], folds: Int[np.ndarray, " word"]
) -> Float[np.ndarray, "word head 2"]:
    """Of each word, held out with its fold, what the other heads do not tell of a head, and all there is to tell:
    float64 ``[word, head, 2]``, squared distances to the prediction and to the mean of the words it is learnt from.

    added: ``[head, word, dimension]``; folds: ``[word]``, words of one number are held out together. Words with NaN
    count nothing, and no word does where there are fewer than ``FEWEST_WORDS``.
    A ridge regression from all other heads, each brought to the same variance; its penalty is chosen by leave-one-out
    on the words that it is fitted on.
    Raises ShapeError where words and folds differ in number.
    """
    if added.shape[1] != len(folds):
        raise ShapeError(f"{added.shape[1]} words and {len(folds)} folds")
    known = np.isfinite(added).all(axis=(0, 2))
    heads, groups = added[:, known].astype(np.float64), folds[known]
    sums = np.zeros((len(folds), len(added), 2))
    if heads.shape[1] < FEWEST_WORDS or len(np.unique(groups)) < 2:
        return sums
    places = np.flatnonzero(known)
    for fold in np.unique(groups):
        fitted, held = groups != fold, groups == fold
        centred = heads - heads[:, fitted].mean(axis=1, keepdims=True)
        products = centred @ centred.swapaxes(1, 2)
        variance = np.trace(products[:, fitted][..., fitted], axis1=1, axis2=2)
        kernels = products / np.where(variance > 0, variance, 1)[:, None, None]
        others = kernels.sum(axis=0) - kernels
        for head, kernel in enumerate(others):
            values = centred[head]
            told = _ridge(kernel[np.ix_(fitted, fitted)], values[fitted], kernel[np.ix_(held, fitted)])
            sums[places[held], head, 0] = np.square(values[held] - told).sum(axis=1)
            sums[places[held], head, 1] = np.square(values[held]).sum(axis=1)
    return sums


def _ridge(
    kernel: Float[np.ndarray, "word word"],
    values: Float[np.ndarray, "word dimension"],
    held: Float[np.ndarray, "held word"],
) -> Float[np.ndarray, "held dimension"]:
    """Prediction for the words held out: kernel ridge regression in the eigenvectors of ``kernel [word, word]``; it and
    the values are centred.
    """
    if not kernel.any():
        return np.zeros(
            (len(held), values.shape[1])
        )  # no other head, or none that changes from word to word: the mean is all that is told
    eigenvalues, vectors = np.linalg.eigh(kernel)
    turned, squared = vectors.T @ values, np.square(vectors)
    penalties = PENALTIES * eigenvalues.mean()
    inverses = 1 / (eigenvalues.clip(min=0) + penalties[:, None])
    # Leave-one-out errors of a ridge in closed form. The mean was fitted too: without its part, a word would be told
    # from the sum of the others.
    spared = [
        squared @ inverse - 1 / (len(values) * penalty) for inverse, penalty in zip(inverses, penalties, strict=True)
    ]
    errors = [
        np.square(vectors @ (inverse[:, None] * turned) / rest[:, None]).sum()
        for inverse, rest in zip(inverses, spared, strict=True)
    ]
    best = inverses[int(np.argmin(errors))]
    return np.asarray(held @ (vectors @ (best[:, None] * turned)))


def _quotient(above: Float[np.ndarray, "*axes"], below: Float[np.ndarray, "*#axes"]) -> Float[np.ndarray, "*axes"]:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
