"""How much of a model its best heads can do alone."""

from collections.abc import Mapping, Sequence

from mhattn_core.experiments.ablation.faithfulness import faithfulness_table, passes_of
from mhattn_core.experiments.ablation.texts import ablation_texts
from mhattn_core.heads import Head
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.roles.role import CONTROL
from mhattn_core.measures.sample import sampled
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL
from mhattn_core.models.model import Model
from mhattn_core.runs.relations import measure_relations
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key
from mhattn_core.text.annotation import Annotated
from mhattn_core.text.reading import PairRecord

MOST = 200
"""Texts, chosen by a hash, on which roles are counted."""


def _measure(given: StudyInput) -> Tables:
    chosen = sorted(sampled([text_key(record) for record in given.records], MOST))
    roles = role_scores(given.model, [given.records[at] for at in chosen], [given.annotated[at] for at in chosen])
    texts = ablation_texts(given.model, given.records)
    return {"faithfulness": faithfulness_table(given.model, texts, roles, tell=given.tell)}


def role_scores(model: Model, records: Sequence[PairRecord], annotated: Sequence[Annotated]) -> Mapping[Head, float]:
    """Of each head how far, of all relations with 30 items and all directions, the share of its best one that it gets
    right lies above the share of the best fixed distance; none where no relation has so many.
    """
    stacks = measure_relations(model, records, annotated)
    rates = rates_table(model.name, stacks)
    rates = rates[(rates["n"] >= FEWEST_FOR_INTERVAL) & ~rates["relation"].astype(str).str.endswith(CONTROL)]
    if rates.empty:
        return {}
    best = {
        (stack, *asked): (items["key"].astype(int) - items["query"].astype(int)).value_counts().max() / len(items)
        for stack, kept in stacks.items()
        for asked, items in kept.items.groupby(["relation", "direction"], observed=True)
    }
    asked = zip(rates["stack"], rates["relation"], rates["direction"], strict=True)
    above = rates.assign(above=rates["hits"] / rates["n"] - [best[one] for one in asked])
    return {
        Head(str(stack), int(layer), int(head)): float(gain)
        for (stack, layer, head), gain in above.groupby(["stack", "layer", "head"], observed=True)["above"]
        .max()
        .items()
    }


def _work(model: Model, records: Sequence[PairRecord]) -> tuple[int, float]:
    texts = ablation_texts(model, records)
    return passes_of(model, texts), sum(text.words for text in texts) / max(len(texts), 1)


FAITHFULNESS = Study(("faithfulness",), _measure, work=_work, factor=0.9)
