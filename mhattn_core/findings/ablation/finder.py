"""The head that finds a relation most often by where it looks, beside which interventions are read."""

from typing import NamedTuple

from mhattn_core.heads import Head
from mhattn_core.measures.roles.verdicts import UNDECIDED
from mhattn_core.runs.run import Run


class Finder(NamedTuple):
    """``rate``: at how many of the relation's held-out items it is right, 0 to 1."""

    head: Head
    rate: float


def finder_of(run: Run, model: str, relation: str) -> Finder | None:
    """None where the run does not know."""
    if not run.has("relations"):
        return None
    table = run.relations
    own = table[(table["model"] == model) & (table["relation"] == relation) & (table["score"] == "hit")]
    own = own[~own["verdict"].isin(UNDECIDED)].dropna(subset=["held_out"])
    if own.empty:
        return None
    best = own.loc[own["held_out"].idxmax()]
    return Finder(Head.of_row(best), float(best["held_out"]))
