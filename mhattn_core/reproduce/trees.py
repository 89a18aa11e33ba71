"""The best head of each relation of Universal Dependencies, beside the best fixed distance."""

from collections.abc import Mapping, Sequence

from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.models.model import Model
from mhattn_core.runs.relations import measure_relations
from mhattn_core.text.annotation import annotate
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS

WAYS = {
    "nsubj": "head_to_dependent",
    "obj": "dependent_to_head",
    "amod": "dependent_to_head",
    "nmod": "head_to_dependent",
    "compound": "head_to_dependent",
    "det": "dependent_to_head",
    "aux": "dependent_to_head",
}
"""From where to where each is asked, as in the published table."""


def best_head_of_relations(model: Model, records: Sequence[PairRecord]) -> Mapping[str, float]:
    """Of each relation, ``best head`` and ``best distance``: the shares of its items that they get right, 0 to 1, both
    chosen on the items that they are counted on. A relation without items has none.
    """
    relations = [RELATIONS[name] for name in WAYS]
    (kept,) = measure_relations(model, records, annotate(records), relations).values()
    rates = rates_table(model.name, {"": kept})
    found: dict[str, float] = {}
    for name, way in WAYS.items():
        own = rates[(rates["relation"] == name) & (rates["direction"] == way)]
        items = kept.items[(kept.items["relation"] == name) & (kept.items["direction"] == way)]
        if len(items):
            distances = items["key"].astype(int) - items["query"].astype(int)
            found[f"{name}, best head"] = float((own["hits"] / own["n"]).max())
            found[f"{name}, best distance"] = float(distances.value_counts().max() / len(items))
    return found
