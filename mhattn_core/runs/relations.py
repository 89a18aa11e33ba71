"""Relations over many pairs: the items of every head, what random twins reach, and the table of both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from mhattn_core.attention.batches import FedPair, batches, collate, feed_all
from mhattn_core.attention.stream import watch_words
from mhattn_core.measures.roles import (
    BatchPairs,
    Collector,
    Links,
    Role,
    StackItems,
    best_of_twins,
    joined,
    relations_table,
    unmeasurable,
)
from mhattn_core.models import Model
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.sums import fold_of, text_key
from mhattn_core.text.annotation import Annotated
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, FoundItems, Relation, find_items, missing

SEEDS, TWIN_PAIRS = 20, 200
NO_SENTENCE = "."
CONTROL = ".control"
"""Behind a relation's name: the items that it is compared with."""


def measure_relations(
    model: Model,
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    relations: Sequence[Relation] = (),
    *,
    tokens: int | None = None,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, StackItems]:
    """The items of relations (by default of all) and of their controls, for each stack; pairs that the model cannot
    take have none.

    annotated: as ``annotate`` gives the records. tokens, tell: see ``batches``; tell is told after each batch how many
    pairs are done.
    """
    rows, problems = feed_all(model, [_cheap(model, record.pair) for record in records])
    tell(len(problems))
    found = items_of(annotated, relations)
    parts = []
    for batch in batches(model, rows, tokens=tokens):
        parts.append(_measured(model, batch, records, annotated, found))
        tell(len(batch))
    return joined(parts)


def items_of(annotated: Sequence[Annotated], relations: Sequence[Relation] = ()) -> FoundItems:
    """Items of relations (by default of all) and, under the name with ``.control``, of those that they are compared
    with.
    """
    own, controls = find_items(annotated, relations), find_items(annotated, relations, control=True)
    names = own.names + tuple(name + CONTROL for name in controls.names)
    both = [
        np.concatenate(parts)
        for parts in ((own.pair, controls.pair), (own.query, controls.query), (own.key, controls.key))
    ]
    relation = np.concatenate([own.relation, controls.relation + len(own.names)])
    return FoundItems(names, both[0], relation, both[1], both[2])


def twins_of(
    model: Model,
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    relations: Sequence[Relation] = (),
    *,
    seeds: int = SEEDS,
    pairs: int = TWIN_PAIRS,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[Role, float]:
    """``random95`` from models of the same architecture with random weights, on pairs spread evenly over the corpus.
    tell: see ``measure_relations``.
    """
    chosen = np.unique(np.linspace(0, len(records) - 1, pairs).astype(int))
    some, annotations = [records[place] for place in chosen], [annotated[place] for place in chosen]
    return best_of_twins(
        [
            measure_relations(random_control(model, seed), some, annotations, relations, tell=tell)
            for seed in range(seeds)
        ]
    )


def relations_of(
    model: str,
    stacks: Mapping[str, StackItems],
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    random95: Mapping[Role, float],
) -> pd.DataFrame:
    """``relations.parquet`` of one model: what was measured, and each relation that cannot be, with the reason."""
    texts = {record.id: text_key(record) for record in records}
    table = relations_table(model, stacks, texts, random95)
    why = {name: missing(relation, annotated) for name, relation in RELATIONS.items()}
    return pd.concat(
        [table, unmeasurable(model, {name: reason for name, reason in why.items() if reason})], ignore_index=True
    )


def _cheap(model: Model, pair: SentencePair) -> SentencePair:
    """A translator would write the missing second sentence word by word, though nothing is asked about it."""
    return replace(pair, target=NO_SENTENCE) if "cross" in model.stacks and not pair.target.strip() else pair


def _measured(
    model: Model,
    rows: Sequence[FedPair],
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    found: FoundItems,
) -> dict[str, StackItems]:
    numbers = np.array([row.number for row in rows])
    place = np.full(len(records), -1)
    place[numbers] = np.arange(len(rows))
    here = place[found.pair] >= 0
    links = Links(place[found.pair[here]], found.relation[here], found.query[here], found.key[here])
    some = [records[number] for number in numbers]
    corpus = BatchPairs(
        ids=[record.id for record in some],
        folds=[fold_of(record) for record in some],
        words_of_a=[len(annotated[number].a.words) for number in numbers],
        relations=found.names,
    )
    batch = collate(model, rows)
    collector = Collector(batch.axes, links, corpus)
    watch_words(model, batch, collector.see)
    return collector.stacks()
