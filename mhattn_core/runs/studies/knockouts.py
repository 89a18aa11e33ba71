"""Whether the edges of a relation matter in the head that finds it: they alone are taken out."""

from collections.abc import Sequence

import pandas as pd

from mhattn_core.attention.ablation import OF_EDGES
from mhattn_core.experiments.ablation.knockout import (
    VARIANTS,
    BestHead,
    best_heads,
    judged_heads,
    knockout_table,
    of_relation,
)
from mhattn_core.measures.roles.items import COLUMNS as ITEMS
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.sample import sampled
from mhattn_core.runs.relations import measure_relations
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key, unit_of
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS

MOST, LONGEST = 100, 40
"""Texts of each relation, chosen by a hash, and the words of both sentences of each."""
SEARCHED = 400
"""Texts on which heads are chosen where the run has not measured relations."""
READS = ("relations", "rates", "items")


def _measure(given: StudyInput) -> Tables:
    best, items = _heads(given)
    units = [unit_of(record) for record in given.records]
    texts = {one: _texts(given.records, of_relation(items, one)) for one in best}
    return {"knockouts": knockout_table(given.model, given.records, units, items, texts, tell=given.tell)}


def _heads(given: StudyInput) -> tuple[list[BestHead], pd.DataFrame]:
    """The heads that the run's relations name, and their items; of a run without relations those of a sample."""
    relations, rates, items = (given.earlier(table) for table in READS)
    if relations is not None and rates is not None and items is not None:
        return judged_heads(relations, rates), items
    chosen = _sampled(given.records, range(len(given.records)), SEARCHED)
    stacks = measure_relations(
        given.model, [given.records[at] for at in chosen], [given.annotated[at] for at in chosen]
    )
    of_stacks = [pd.DataFrame(columns=["stack", *ITEMS])]
    of_stacks = [kept.items.assign(stack=stack) for stack, kept in stacks.items()] or of_stacks
    return best_heads(rates_table(given.model.name, stacks)), pd.concat(of_stacks, ignore_index=True)


def _texts(records: Sequence[PairRecord], items: pd.DataFrame) -> list[int]:
    ids = set(items["id"])
    return _sampled(records, [at for at, record in enumerate(records) if record.id in ids], MOST)


def _sampled(records: Sequence[PairRecord], among: Sequence[int], most: int) -> list[int]:
    short = [at for at in among if len(records[at].pair.a.words) + len(records[at].pair.b.words) <= LONGEST]
    return sorted(short[at] for at in sampled([text_key(records[at]) for at in short], most))


KNOCKOUTS = Study(
    ("knockouts",),
    _measure,
    passes=lambda pairs, _heads: VARIANTS * len(OF_EDGES) * len(RELATIONS) * min(pairs, MOST),
    factor=0.7,
    reads=READS,
)
