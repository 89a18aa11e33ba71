"""The real heads that come nearest to the four ideal patterns of the note."""

from typing import NamedTuple

import pandas as pd

from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.patterns.types import BLOCK_FROM, FAR_FROM, NEIGHBOURS_FROM, UNIFORM_FROM


class Ideal(NamedTuple):
    """The number that an ideal pattern would have most of, and from where on its rule fires."""

    measure: str
    from_: float


IDEALS = {
    "diagonal": Ideal("pattern.neighbours", NEIGHBOURS_FROM),
    "block": Ideal("pattern.block", BLOCK_FROM),
    "sparse": Ideal("pattern.far", FAR_FROM),
    "uniform": Ideal("pattern.uniform", UNIFORM_FROM),
}
"""By pattern type; names as the note's matrices."""


def nearest_to_ideals(heads: pd.DataFrame, patterns: pd.DataFrame) -> pd.DataFrame:
    """For each model, stack and ideal the head with most of its number: ideal, model, stack, layer, head, number,
    asked, type, n.

    heads: rows of a run's ``heads.parquet`` of one group; patterns: of its ``patterns.parquet``. A head that no text
    votes on is passed over; so is an ideal that a run cannot tell, such as block where all texts are single sentences.
    Of equals the first. type: what the head is called by the rules, which may be another.
    """
    types = patterns.set_index(HEAD_COLUMNS)["type"]
    rows = []
    for ideal, (measure, from_) in IDEALS.items():
        own = heads[(heads["measure"] == measure) & (heads["n"] > 0)].dropna(subset="value")
        best = own.loc[own.groupby(["model", "stack"], sort=False)["value"].idxmax()]
        rows.append(best.assign(ideal=ideal, number=best["value"], asked=from_))
    found = pd.concat(rows, ignore_index=True)
    places = pd.MultiIndex.from_frame(found[HEAD_COLUMNS])
    return found.assign(type=types.reindex(places).to_numpy())[["ideal", *HEAD_COLUMNS, "number", "asked", "type", "n"]]
