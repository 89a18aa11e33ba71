"""Relations over many pairs: the items of every head, what networks that know nothing reach, and the table of both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mhattn_core.attention.batches import FedPair, batches, collate, feed_all
from mhattn_core.attention.stream import watch_words
from mhattn_core.measures.roles.collect import BatchPairs, Collector, joined
from mhattn_core.measures.roles.links import Links
from mhattn_core.measures.roles.table import (
    CONTROL,
    CONTROL_PAIRS,
    SEEDS,
    RandomControls,
    Role,
    StackItems,
    best_of_random,
    relations_table,
    unmeasurable,
)
from mhattn_core.models.control_names import Control
from mhattn_core.models.model import Model
from mhattn_core.models.random_control import random_control
from mhattn_core.runs.sums import fold_of, unit_of
from mhattn_core.text.annotation import Annotated
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, FoundItems, Relation, find_items, missing

NO_SENTENCE = "."


def measure_relations(
    model: Model,
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    relations: Sequence[Relation] = (),
    *,
    items: FoundItems | None = None,
    tokens: int | None = None,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, StackItems]:
    """The items of relations (by default of all) and of their controls, for each stack; pairs that the model cannot
    take have none.

    annotated: as ``annotate`` gives the records. items: ``items_of`` them, where it is known. tokens, tell: see
    ``batches``; tell is told after each batch how many pairs are done.
    """
    rows, problems = feed_all(model, [_cheap(model, record.pair) for record in records])
    tell(len(problems))
    found = items or items_of(annotated, relations)
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


def best_of_control(
    model: Model,
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    relations: Sequence[Relation] = (),
    *,
    control: Control,
    seeds: int = SEEDS,
    pairs: int = CONTROL_PAIRS,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[Role, float]:
    """What the best heads of networks that know nothing get (see ``best_of_random``), on pairs spread evenly over the
    corpus. tell: see ``measure_relations``.
    """
    parts = control_parts(records, annotated, relations, control=control, seeds=seeds, pairs=pairs)
    return best_of_random(relations_of_part(model, part, tell) for part in parts)


@dataclass(frozen=True, eq=False)
class RelationsPart:
    """Pairs as they are annotated, and their items; control: which, and its seed, where it is to be measured in the
    place of the model itself.
    """

    records: Sequence[PairRecord]
    annotated: Sequence[Annotated]
    items: FoundItems | None = None
    control: tuple[Control, int] | None = None

    def __len__(self) -> int:
        return len(self.records)


def control_parts(
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    relations: Sequence[Relation] = (),
    *,
    control: Control,
    seeds: int = SEEDS,
    pairs: int = CONTROL_PAIRS,
) -> list[RelationsPart]:
    """A part for each network, all over the same pairs."""
    chosen = np.unique(np.linspace(0, len(records) - 1, pairs).astype(int))
    some, annotations = [records[number] for number in chosen], [annotated[number] for number in chosen]
    items = items_of(annotations, relations)
    return [RelationsPart(some, annotations, items, (control, seed)) for seed in range(seeds)]


def relations_of_part(model: Model, part: RelationsPart, tell: Callable[[int], None]) -> dict[str, StackItems]:
    """``measure_relations`` of a part, with its control where it names one."""
    if part.control:
        control, seed = part.control
        model = random_control(model, seed, control)
    return measure_relations(model, part.records, part.annotated, items=part.items, tell=tell)


def relations_of(
    model: str,
    stacks: Mapping[str, StackItems],
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    controls: RandomControls,
) -> pd.DataFrame:
    """``relations.parquet`` of one model: what was measured, and each relation that cannot be, with the reason."""
    units = {record.id: unit_of(record) for record in records}
    table = relations_table(model, stacks, units, controls, upos=upos_source(annotated))
    why = {name: missing(relation, annotated) for name, relation in RELATIONS.items()}
    return pd.concat(
        [table, unmeasurable(model, {name: reason for name, reason in why.items() if reason})], ignore_index=True
    )


def upos_source(annotated: Sequence[Annotated]) -> str:
    """Where the word classes of a corpus come from: ``gold``, ``automatic`` (a parser or a dictionary), both with a
    plus between them, or nothing.
    """
    known = {
        "gold" if side.gold else "automatic"
        for pair in annotated
        for _start, side in pair.sides
        if any(word.upos for word in side.words)
    }
    return "+".join(sorted(known, reverse=True))


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
        tags=[annotated[number].tags for number in numbers],
        relations=found.names,
    )
    batch = collate(model, rows)
    collector = Collector(batch.axes, links, corpus)
    watch_words(model, batch, collector.see)
    return collector.stacks()
