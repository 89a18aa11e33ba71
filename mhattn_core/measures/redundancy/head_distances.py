"""How far apart the heads of a model are on one pair: which heads, and by which distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.cka import cka_of_grams
from mhattn_core.measures.redundancy.distances import correlation_distances, js_distances

By = Literal["js", "correlation", "cka"]
FEWEST_WORDS = 5
"""Debiased CKA of fewer words is noise: its correction divides by n − 3 degrees of freedom."""


@dataclass(frozen=True, eq=False)
class Heads:
    """Heads that can be compared: float64 ``arrays [head, row, column]``, patterns on words (for CKA the words' Gram
    matrices).

    ``index``: (model, stack, layer, head) of each; ``visible [row, column]``: the cells that count. A word that no
    piece covers is NaN.
    """

    index: pd.MultiIndex
    arrays: Float[np.ndarray, "head row column"]
    visible: Bool[np.ndarray, "row column"]

    def fits(self, other: "Heads") -> bool:
        """Whether the two stand on the same words under the same mask."""
        return self.visible.shape == other.visible.shape and bool((self.visible == other.visible).all())


def pooled(parts: Sequence[Heads]) -> Heads:
    """The heads of several models as one. Raises ShapeError where two do not stand on the same words under the same
    mask.
    """
    if not all(parts[0].fits(part) for part in parts):
        raise ShapeError("heads on different words, or under different masks")
    index = parts[0].index
    for part in parts[1:]:
        index = index.append(part.index)
    return Heads(index, np.concatenate([part.arrays for part in parts]), parts[0].visible)


def known_distances(heads: Heads, *, by: By = "js") -> pd.DataFrame:
    """As ``distances``, of the heads that have one to any other."""
    square = distances(heads, by=by)
    known = square.isna().sum() < len(square) - 1
    return square.loc[known, known]


def distances(heads: Heads, *, by: By = "js") -> pd.DataFrame:
    """Each head against each, a square table indexed by (model, stack, layer, head); 0 on the diagonal.

    ``js``: see ``js_distances``. ``correlation``: 1 − r of the weights, see ``correlation_distances``. ``cka``: 1 −
    debiased linear CKA of what the heads write, see ``cka_of_grams``; above 1 where they have less in common than
    independent ones.
    Raises KeyError for another name.
    """
    measured = {
        "js": lambda: js_distances(heads.arrays),
        "correlation": lambda: correlation_distances(heads.arrays, heads.visible),
        "cka": lambda: 1 - cka_of_grams(heads.arrays),
    }[by]()
    # A head is itself, whatever rounding says, and where nothing could be measured, too.
    np.fill_diagonal(measured, 0)
    return pd.DataFrame(measured, heads.index, heads.index)
