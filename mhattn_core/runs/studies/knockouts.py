"""Whether the edges of a relation matter in the head that finds it: they alone are taken out."""

from collections.abc import Sequence

from mhattn_core.attention.ablation import OF_EDGES
from mhattn_core.experiments.ablation.knockout import VARIANTS, knockout_table
from mhattn_core.measures.sample import sampled
from mhattn_core.runs.relations import measure_relations
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key, unit_of
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS

MOST, LONGEST = 400, 40
"""Texts, chosen by a hash of them, and the words of both sentences of each."""


def _measure(given: StudyInput) -> Tables:
    chosen = _chosen(given.records)
    records, annotated = [given.records[at] for at in chosen], [given.annotated[at] for at in chosen]
    stacks = measure_relations(given.model, records, annotated)
    units = [unit_of(record) for record in records]
    return {"knockouts": knockout_table(given.model, records, stacks, units, tell=given.tell)}


def _chosen(records: Sequence[PairRecord]) -> list[int]:
    short = [at for at, record in enumerate(records) if len(record.pair.a.words) + len(record.pair.b.words) <= LONGEST]
    return sorted(short[at] for at in sampled([text_key(records[at]) for at in short], MOST))


KNOCKOUTS = Study(
    ("knockouts",),
    _measure,
    passes=lambda pairs, _heads: VARIANTS * len(OF_EDGES) * len(RELATIONS) * min(pairs, MOST),
    factor=0.7,
)
