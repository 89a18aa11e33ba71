"""The real heads that come nearest to the four ideal patterns of the note."""

from typing import NamedTuple

import pandas as pd

from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.patterns.types import BLOCK_FROM, FROM, PARTS_OF, PatternType


class Ideal(NamedTuple):
    """The numbers whose sum an ideal pattern would have most of, and from where on a head is called so."""

    measures: tuple[str, ...]
    from_: float


def _by_parts(name: PatternType) -> Ideal:
    return Ideal(PARTS_OF[name], FROM[name])


IDEALS: dict[str, Ideal] = {
    "diagonal": _by_parts("diagonal"),
    "block": Ideal(("pattern.block",), BLOCK_FROM),
    "sparse": _by_parts("sparse"),
    "uniform": _by_parts("uniform"),
}
"""By pattern type; names as the note's matrices."""


def nearest_to_ideals(heads: pd.DataFrame, patterns: pd.DataFrame) -> pd.DataFrame:
    """For each model, stack and ideal the head with most of its number: ideal, model, stack, layer, head, number,
    asked, type, n.

    heads: rows of a run's ``heads.parquet`` of one group; patterns: of its ``patterns.parquet``. A head that no text
    votes on is passed over; so is an ideal that a run cannot tell, such as block where all texts are single sentences,
    or all but block in a run that was measured before weights were taken apart. Of equals the first. type: what the
    head is called, which may be another.
    """
    types = patterns.set_index(HEAD_COLUMNS)["type"]
    rows = []
    for ideal, (measures, from_) in IDEALS.items():
        own = heads[heads["measure"].isin(measures) & (heads["n"] > 0)].dropna(subset="value")
        numbers = own.groupby(HEAD_COLUMNS, sort=False, as_index=False).agg(number=("value", "sum"), n=("n", "min"))
        best = numbers.loc[numbers.groupby(["model", "stack"], sort=False)["number"].idxmax()]
        rows.append(best.assign(ideal=ideal, asked=from_))
    found = pd.concat(rows, ignore_index=True)
    places = pd.MultiIndex.from_frame(found[HEAD_COLUMNS])
    return found.assign(type=types.reindex(places).to_numpy())[["ideal", *HEAD_COLUMNS, "number", "asked", "type", "n"]]
