"""Sets of measures that a new run is offered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mhattn_core.runs.work import MEASURABLE

if TYPE_CHECKING:
    from mhattn_core.runs.cost import Cost

BASIC, DOCUMENTS = "basic", "segments"
ALWAYS = ("forward", "tokens", BASIC)
"""Parts of a cost that every run has."""
EVERYTHING = tuple(name for name in MEASURABLE if name != DOCUMENTS)
"""All but what needs documents with their summaries."""
SETS: dict[str, tuple[str, ...]] = {
    "quick": (BASIC,),
    "roles": (BASIC, "patterns", "relations", "minimal_pairs"),
    "redundancy": (BASIC, "patterns", "distances", "matches"),
    "everything": EVERYTHING,
}


def seconds_of(costs: "Sequence[Cost]", measures: Sequence[str]) -> float:
    """What a set takes, of what all measures take."""
    return sum(cost.parts.get(part, 0.0) for cost in costs for part in {*ALWAYS, *measures})
