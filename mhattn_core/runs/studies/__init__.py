"""The studies that a run can hold. A new one is a file of its own and a line here."""

from mhattn_core.runs.studies.ablation import ABLATION
from mhattn_core.runs.studies.cards import CARDS
from mhattn_core.runs.studies.distances import DISTANCES
from mhattn_core.runs.studies.fusion import FUSION
from mhattn_core.runs.studies.matches import MATCHES
from mhattn_core.runs.studies.minimal_pairs import MINIMAL_PAIRS
from mhattn_core.runs.studies.probes import PROBES
from mhattn_core.runs.studies.relations import RELATIONS
from mhattn_core.runs.studies.segments import SEGMENTS
from mhattn_core.runs.study import Across, Study

STUDIES: dict[str, Study] = {
    "relations": RELATIONS,
    "distances": DISTANCES,
    "ablation": ABLATION,
    "minimal_pairs": MINIMAL_PAIRS,
    "fusion": FUSION,
    "probes": PROBES,
    "segments": SEGMENTS,
    "cards": CARDS,
}
ACROSS: dict[str, Across] = {"matches": MATCHES}

__all__ = ["ACROSS", "STUDIES"]
