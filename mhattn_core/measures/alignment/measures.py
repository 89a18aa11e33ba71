"""Links between the words of two sentences, and how wrong they are against gold.

Links are bool ``[..., target word, source word]``. A head's links come from an argmax; two directions can be combined.
"""

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.errors import ShapeError

Symmetrisation = Literal["intersection", "union", "grow-diag-final-and"]
_NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


def links(aligned: AlignmentWeights) -> Bool[np.ndarray, "layer head target source"]:
    """Each choosing word's largest weight as a link: bool ``[layer, head, target word, source word]``.

    A word whose largest weight is on a special token, that has no weight at all, or that no piece covers, has no link;
    ties go to the lowest index.
    Source: Kobayashi et al. 2020, section 6 (argmax, none where it is the source's end).
    """
    return best_links(aligned.weights, aligned.no_link, choosing=aligned.choosing)


def best_links(
    weights: Float[np.ndarray, "*batch target source"],
    no_link: Float[np.ndarray, "*batch choosing"] | None = None,
    *,
    choosing: Literal["target", "source"] = "target",
) -> Bool[np.ndarray, "*batch target source"]:
    """The argmax of weights ``[..., target, source]`` over sources (over targets where the sources choose) as links.

    no_link ``[..., choosing word]``: a word whose largest weight does not exceed it stays without a link.
    """
    axis = -1 if choosing == "target" else -2
    known = np.nan_to_num(weights, nan=-np.inf)
    if known.shape[axis] == 0:
        return np.zeros(known.shape, dtype=bool)
    first = np.expand_dims(known.argmax(axis=axis), axis)
    places = np.arange(known.shape[axis]).reshape(-1 if axis == -1 else (-1, 1))
    least = -np.inf if no_link is None else np.expand_dims(np.nan_to_num(no_link), axis)
    return (places == first) & (known.max(axis=axis, keepdims=True) > least)


def mutual_links(similarity: Float[np.ndarray, "target source"]) -> Bool[np.ndarray, "target source"]:
    """Pairs of words that are each the other's most similar: bool ``[target, source]``.

    Source: SimAlign's “Argmax”, Jalili Sabet et al. 2020, section 2.
    """
    return best_links(similarity) & best_links(similarity, choosing="source")


def diagonal_links(targets: int, sources: int) -> Bool[np.ndarray, "{targets} {sources}"]:
    """The baseline that knows word order only: each target word tied to the source word at the same relative place,
    bool ``[target, source]``.
    """
    centre = (np.arange(targets) + 0.5) / max(targets, 1)
    tied = np.minimum((centre * sources).astype(int), sources - 1)
    return np.arange(sources)[None, :] == tied[:, None]


def symmetrised(
    forward: Bool[np.ndarray, "target source"], backward: Bool[np.ndarray, "target source"], method: Symmetrisation
) -> Bool[np.ndarray, "target source"]:
    """Links of two directions ``[target, source]`` combined.

    grow-diag-final-and starts from the intersection, grows over neighbours (diagonal ones too) that the union holds and
    that tie a word not tied yet, then adds links of either direction of which both words are still free.
    Raises ShapeError when the two differ in shape, ValueError for another method.
    Source: Och and Ney 2003, section 5; Koehn et al. 2003, section 3 (grow-diag-final-and: Koehn et al. 2005).
    """
    if forward.shape != backward.shape or forward.ndim != 2:
        raise ShapeError(f"forward is {forward.shape} and backward is {backward.shape}")
    if method == "intersection":
        return forward & backward
    if method == "union":
        return forward | backward
    if method == "grow-diag-final-and":
        return _grow_diag_final_and(forward, backward)
    raise ValueError(f"no way to combine links is called {method!r}")


def _grow_diag_final_and(
    forward: Bool[np.ndarray, "target source"], backward: Bool[np.ndarray, "target source"]
) -> Bool[np.ndarray, "target source"]:
    union = forward | backward
    grown = forward & backward
    growing = True
    while growing:
        growing = False
        for cell in np.ndindex(union.shape):
            if not grown[cell]:
                continue
            for step in _NEIGHBOURS:
                target, source = cell[0] + step[0], cell[1] + step[1]
                inside = 0 <= target < union.shape[0] and 0 <= source < union.shape[1]
                if inside and union[target, source] and not (grown[target].any() and grown[:, source].any()):
                    grown[target, source] = growing = True
    for direction in (forward, backward):
        for target, source in np.argwhere(direction):
            if not grown[target].any() and not grown[:, source].any():
                grown[target, source] = True
    return grown


def error_sums(
    found: Bool[np.ndarray, "*batch target source"],
    sure: Bool[np.ndarray, "target source"],
    possible: Bool[np.ndarray, "target source"],
) -> Float[np.ndarray, "*batch 4"]:
    """What alignment error is made of, summed over the words of a pair: ``[..., 4]`` of |A∩S|, |A∩P|, |A|, |S|,
    float64.

    Shapes: found ``[..., target, source]``; sure and possible ``[target, source]``, S ⊆ P. Raises ShapeError when they
    disagree.
    Source: Och and Ney 2003, section 6.
    """
    if found.shape[-2:] != sure.shape or sure.shape != possible.shape:
        raise ShapeError(f"found is {found.shape[-2:]}, sure is {sure.shape} and possible is {possible.shape}")
    counted = [(found & sure), (found & possible), found, np.broadcast_to(sure, found.shape)]
    return np.stack([which.sum(axis=(-2, -1)) for which in counted], axis=-1).astype(np.float64)


def alignment_error_rate(sums: Float[np.ndarray, "*batch 4"]) -> Float[np.ndarray, "*batch"]:
    """1 − (|A∩S| + |A∩P|) / (|A| + |S|), 0 (all right) to 1; NaN without links and gold. Source: Och and Ney 2003,
    section 6.
    """
    return np.asarray(1 - _quotient(sums[..., 0] + sums[..., 1], sums[..., 2] + sums[..., 3]))


def precision(sums: Float[np.ndarray, "*batch 4"]) -> Float[np.ndarray, "*batch"]:
    """|A∩P| / |A|, 0 to 1; NaN without links. Source: Och and Ney 2003, section 6."""
    return _quotient(sums[..., 1], sums[..., 2])


def recall(sums: Float[np.ndarray, "*batch 4"]) -> Float[np.ndarray, "*batch"]:
    """|A∩S| / |S|, 0 to 1; NaN without sure gold. Source: Och and Ney 2003, section 6."""
    return _quotient(sums[..., 0], sums[..., 3])


def f1(sums: Float[np.ndarray, "*batch 4"]) -> Float[np.ndarray, "*batch"]:
    """Harmonic mean of precision and recall, 0 to 1; 0 where both are 0. Source: Fraser and Marcu 2007, section 3."""
    p, r = precision(sums), recall(sums)
    return np.where(p + r == 0, 0.0, 2 * p * r / np.where(p + r == 0, 1, p + r))


def _quotient(
    total: Float[np.ndarray, "*batch"] | float, count: Float[np.ndarray, "*batch"] | float
) -> Float[np.ndarray, "*batch"]:
    return np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)
