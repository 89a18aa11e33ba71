"""How far a head's attention stays what it was when the text around a word changes."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import rel_entr

from mhattn_core.errors import ShapeError

FEWEST_KEYS = 2
"""Words that a row must have on both sides: a row of one has nothing to give way."""


class WordRows(NamedTuple):
    """Weights ``[…, query, key]`` of some words on some words, the special mass ``[…, query]`` of the rows, and which
    keys a query may see, ``[query, key]``.
    """

    weights: Float[np.ndarray, "*heads query key"]
    special: Float[np.ndarray, "*heads query"]
    visible: Bool[np.ndarray, "query key"]

    def at(self, queries: Int[np.ndarray, " row"], keys: Int[np.ndarray, " column"]) -> "WordRows":
        """The rows and columns at these positions, in this order."""
        weights = self.weights[..., queries, :][..., keys]
        return WordRows(weights, self.special[..., queries], self.visible[queries][:, keys])


def invariance(
    before: WordRows, after: WordRows
) -> tuple[Float[np.ndarray, "*heads query"], Float[np.ndarray, "*heads query"]]:
    """1 − the Jensen–Shannon distance (the root of the divergence in bits) of each row from what it was, and the share of
    its attention that is compared (mean of before and after).

    Both have the same words, row by row and column by column. What the query may see both times and the special mass, a
    cell of its own, are made to sum to 1 here. NaN where fewer than two keys can be compared, or either row has nothing
    there. Range: 0 (never on the same cell) to 1 (the same weights); the share 0 to 1. Raises ShapeError where shapes
    disagree.
    Source: Endres and Schindelin 2003 (the distance); its use on perturbed texts is ours.
    """
    comparable = before.visible & after.visible if before.visible.shape == after.visible.shape else before.visible
    if before.weights.shape != after.weights.shape or before.weights.shape[-2:] != comparable.shape:
        raise ShapeError(f"rows {before.weights.shape} and {after.weights.shape}, visible {comparable.shape}")
    p, q = (
        np.concatenate([rows.weights * comparable, rows.special[..., None]], axis=-1).astype(float).clip(min=0)
        for rows in (before, after)
    )
    masses = p.sum(axis=-1), q.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = p / masses[0][..., None], q / masses[1][..., None]
    middle = (p + q) / 2
    bits = (rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=-1) / 2 / np.log(2)
    values = 1 - np.sqrt(bits.clip(0, 1))
    values[..., comparable.sum(axis=-1) < FEWEST_KEYS] = np.nan
    return values, (masses[0] + masses[1]) / 2
