"""What measures each published table again, by name."""

from collections.abc import Callable, Mapping, Sequence

from mhattn_core.models.model import Model
from mhattn_core.reproduce.alignment import guided_head
from mhattn_core.reproduce.induction import repeated_once
from mhattn_core.reproduce.pruning import prunable_share
from mhattn_core.reproduce.sinks import sink_share
from mhattn_core.reproduce.trees import best_head_of_relations
from mhattn_core.text.reading import PairRecord

Measure = Callable[[Model, Sequence[PairRecord]], Mapping[str, float]]
"""Of a model and the data that its table needs, numbers by the names of the table."""

MEASURES: Mapping[str, Measure] = {
    "induction": repeated_once,
    "trees": best_head_of_relations,
    "guided_alignment": guided_head,
    "sinks": sink_share,
    "pruning": prunable_share,
}
