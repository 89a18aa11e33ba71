"""Sets of measures that a new run is offered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mhattn_core.runs.work import MEASURABLE, measurable
from mhattn_core.text.feeding import AS_PAIR, Feeding

if TYPE_CHECKING:
    from mhattn_core.runs.cost import Cost

BASIC, REGIONS, DOCUMENTS = "basic", "regions", "segments"
ALWAYS = ("forward", "tokens", "writing", BASIC)
"""Parts of a cost that every run has, or every run whose pairs are fed so."""
EVERYTHING = tuple(name for name in MEASURABLE if name != DOCUMENTS)
"""All but what needs documents with their summaries."""
SETS: dict[str, tuple[str, ...]] = {
    "quick": (BASIC,),
    "roles": (BASIC, "patterns", "relations", "minimal_pairs", "knockouts"),
    "redundancy": (BASIC, "patterns", "distances", "matches"),
    "everything": EVERYTHING,
}


def sets_of(feeding: Feeding) -> dict[str, tuple[str, ...]]:
    """The sets with what can be measured of pairs that are fed so, each of them once; where there are regions beside
    the sentences, the quickest has them.
    """
    allowed = measurable(feeding)
    sets: dict[str, tuple[str, ...]] = {}
    for name, measures in SETS.items():
        own = tuple(one for one in measures if one in allowed)
        own += (REGIONS,) if name == "quick" and feeding != AS_PAIR else ()
        if own not in sets.values():
            sets[name] = own
    return sets


def seconds_of(costs: "Sequence[Cost]", measures: Sequence[str]) -> float:
    """What a set takes, of what all measures take."""
    return sum(cost.parts.get(part, 0.0) for cost in costs for part in {*ALWAYS, *measures})
