"""One word for the shape of a head's pattern, where one part of its weight leads clearly."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from jaxtyping import Float, Real

from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.patterns.names import NEAR_OFFSETS, OFFSET, PART

PatternType = Literal["uniform", "sink", "vertical", "block", "diagonal", "sparse", "heterogeneous"]
TYPES: tuple[PatternType, ...] = get_args(PatternType)
PARTS = [f"{PART}{name}" for name in ("sink", "even", "self", "offset", "column", "content")]
COLUMNS = [*HEAD_COLUMNS, "type", "offset", "evidence", *PARTS, "n"]

PARTS_OF: dict[PatternType, tuple[str, ...]] = {
    "sink": ("part.sink",),
    "vertical": ("part.column",),
    "diagonal": ("part.self", "part.offset"),
    "uniform": ("part.even",),
    "sparse": ("part.content",),
}
"""The parts of a head's weight that a type is named by; a block is told by its borders."""
FROM: dict[PatternType, float] = {"sink": 0.5, "vertical": 0.25, "diagonal": 0.25, "uniform": 0.35, "sparse": 0.65}
"""The share from which on a type is named. Chosen on 400 maps labelled by eye; see tests/patterns."""
MARGIN = 1.1
"""How many times as far over its share as the next type a type must be."""
BLOCK_FROM = 2.0
ONE_OFFSET_FROM = 0.5


@dataclass(frozen=True)
class Shape:
    """A head's type; ``evidence`` is the share, or of a ``block`` the quotient, that it is named by, NaN for
    ``heterogeneous``; ``offset`` is where most words of a ``diagonal`` look, else NaN.
    """

    type: PatternType
    offset: float
    evidence: float


def shape_of(numbers: "pd.Series[float]") -> Shape:
    """The type of one head from its ``patterns`` numbers by name; a number that is missing counts for no type.

    Each type's parts are divided by the share from which on it is named. The type of the largest quotient is the head's
    where that is 1 or more, and ``MARGIN`` times the next one; else the head is heterogeneous. A head that is neither
    sink nor vertical is a block where words give twice as much within their sentence as to words of the other one at
    the same offsets, and fewer than half of them look most at one and the same other word: the word before the first of
    a sentence is not in that sentence, so a head of previous words keeps within sentences too.
    Source: the types are those of Kovaleva et al. 2019, section 4.1, and of Voita et al. 2019, section 5.1, with sinks
    apart from other columns; shares and margin are ours.
    """
    shares = {name: float(numbers.reindex(parts).fillna(0.0).sum()) for name, parts in PARTS_OF.items()}
    quotients = sorted(((share / FROM[name], name) for name, share in shares.items()), reverse=True)
    (largest, leading), (second, _next) = quotients[:2]
    offset, agreement = _offset_of(numbers)
    named = largest >= 1 and largest >= MARGIN * second
    block = float(numbers.get("pattern.block", np.nan))
    elsewhere = (agreement >= ONE_OFFSET_FROM and offset != 0) or (named and leading in ("sink", "vertical"))
    if block >= BLOCK_FROM and not elsewhere:
        return Shape("block", np.nan, block)
    if not named:
        return Shape("heterogeneous", np.nan, np.nan)
    return Shape(leading, offset if leading == "diagonal" else np.nan, shares[leading])


def _offset_of(numbers: "pd.Series[float]") -> tuple[float, float]:
    """The offset at which most words look most, and how many of them do; NaN where offsets mean nothing."""
    shares = np.array([numbers.get(f"{OFFSET}{offset:+d}", np.nan) for offset in NEAR_OFFSETS])
    if np.isnan(shares).all():
        return np.nan, np.nan
    best = int(np.nanargmax(shares))
    return float(NEAR_OFFSETS[best]), float(shares[best])


def patterns_table(heads: pd.DataFrame) -> pd.DataFrame:
    """The type of every head and the parts of its weight: model, stack, layer, head, type, offset, evidence, part.sink,
    part.even, part.self, part.offset, part.column, part.content, n (texts that voted), as a run's
    ``patterns.parquet``; a cross stack's part.self and part.offset are NaN.

    heads: rows of a run's ``heads.parquet`` of one group, other measures may be among them. Heads without a text that
    votes are left out.
    """
    rows = heads[heads["measure"].str.startswith(("pattern.", PART))]
    wide = rows.pivot(index=HEAD_COLUMNS, columns="measure", values="value").reset_index()
    n = rows[rows["measure"] == PARTS[0]].set_index(HEAD_COLUMNS)["n"]
    found = wide.merge(n.rename("n").reset_index(), on=HEAD_COLUMNS)
    found = found[found["n"] > 0].reset_index(drop=True)
    shapes = pd.DataFrame(
        [vars(shape_of(row)) for _place, row in found.iterrows()], columns=["type", "offset", "evidence"]
    )
    return pd.concat([found, shapes], axis=1).reindex(columns=COLUMNS)


def pattern_value(sums: Real[np.ndarray, "*batch 2"]) -> Float[np.ndarray, "*batch"]:
    """The finish of the ``patterns`` sums, ``[..., 2]`` to ``[...]``: total over count; infinite where a block has
    nothing beside it.
    """
    total, count = sums[..., 0], sums[..., 1]
    return np.divide(total, count, out=np.where(total > 0, np.inf, np.nan), where=count > 0)
