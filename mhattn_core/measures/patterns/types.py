"""One word for the shape of a head's pattern: the first rule that fires."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.patterns.sums import NEAR_OFFSETS, OFFSET

PatternType = Literal["uniform", "vertical", "block", "diagonal", "sparse", "heterogeneous"]
TYPES: tuple[PatternType, ...] = get_args(PatternType)
COLUMNS = [*HEAD_COLUMNS, "type", "offset", "evidence", "n"]

UNIFORM_FROM = 0.9
VERTICAL_FROM = 0.5
BLOCK_FROM = 2.0
SAME_OFFSET_FROM = 0.9
NEIGHBOURS_FROM, NEIGHBOURS_OVER_UNIFORM = 0.7, 1.3
FAR_FROM = 0.25


@dataclass(frozen=True)
class Shape:
    """A head's type; ``evidence`` is the number on which its rule fired, NaN for ``heterogeneous``; ``offset`` is that
    of a ``diagonal``, else NaN.
    """

    type: PatternType
    offset: float
    evidence: float


def shape_of(numbers: "pd.Series[float]") -> Shape:
    """The type of one head from its ``patterns`` numbers by name; a number that is missing fires no rule.

    uniform: normalised entropy from 0.9. vertical: one column has a mean from 0.5. diagonal: the largest weight at one
    offset in 0.9 of the words.
    block: twice the weight within sentences that the same offsets have between them. diagonal again: the largest weight
    on the word itself, or 0.7 on it and its neighbours, and 1.3 times what they would get if all were equal. sparse: a
    quarter of the words puts half on one word far away. An offset comes before block because the word before the first
    of a sentence is not in that sentence: a head of previous words looks like blocks.
    Source: the types are those of Kovaleva et al. 2019, section 4.1, and of Voita et al. 2019, section 5.1 (0.9 is
    hers); the other thresholds are ours.
    """
    value = numbers.get
    shares = np.array([value(f"{OFFSET}{offset:+d}", np.nan) for offset in NEAR_OFFSETS])
    known = ~np.isnan(shares).all()
    best = int(np.nanargmax(shares)) if known else 0
    share, offset = (float(shares[best]), float(NEAR_OFFSETS[best])) if known else (np.nan, np.nan)
    near = value("pattern.neighbours", np.nan)
    if value("pattern.uniform", np.nan) >= UNIFORM_FROM:
        return Shape("uniform", np.nan, float(numbers["pattern.uniform"]))
    if value("pattern.vertical", np.nan) >= VERTICAL_FROM:
        return Shape("vertical", np.nan, float(numbers["pattern.vertical"]))
    if share >= SAME_OFFSET_FROM and offset:
        return Shape("diagonal", offset, share)
    if value("pattern.block", np.nan) >= BLOCK_FROM:
        return Shape("block", np.nan, float(numbers["pattern.block"]))
    if share >= SAME_OFFSET_FROM:
        return Shape("diagonal", offset, share)
    if near >= NEIGHBOURS_FROM and near >= NEIGHBOURS_OVER_UNIFORM * value("pattern.neighbours.uniform", np.nan):
        return Shape("diagonal", offset, float(near))
    if value("pattern.far", np.nan) >= FAR_FROM:
        return Shape("sparse", np.nan, float(numbers["pattern.far"]))
    return Shape("heterogeneous", np.nan, np.nan)


def patterns_table(heads: pd.DataFrame) -> pd.DataFrame:
    """The type of every head: model, stack, layer, head, type, offset, evidence, n (texts that voted), as a run's
    ``patterns.parquet``.

    heads: rows of a run's ``heads.parquet`` of one group, other measures may be among them. Heads without a text that
    votes are left out.
    """
    rows = heads[heads["measure"].str.startswith("pattern.")]
    wide = rows.pivot(index=HEAD_COLUMNS, columns="measure", values="value").reset_index()
    n = rows[rows["measure"] == "pattern.uniform"].set_index(HEAD_COLUMNS)["n"]
    found = wide.merge(n.rename("n").reset_index(), on=HEAD_COLUMNS)
    found = found[found["n"] > 0].reset_index(drop=True)
    shapes = pd.DataFrame(
        [vars(shape_of(row)) for _place, row in found.iterrows()], columns=["type", "offset", "evidence"]
    )
    return pd.concat([found, shapes], axis=1)[COLUMNS]


def pattern_value(sums: np.ndarray) -> np.ndarray:
    """The finish of the ``patterns`` sums, ``[..., 2]`` to ``[...]``: total over count; infinite where a block has
    nothing beside it.
    """
    total, count = sums[..., 0], sums[..., 1]
    return np.divide(total, count, out=np.where(total > 0, np.inf, np.nan), where=count > 0)
