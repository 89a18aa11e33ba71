"""Relations over many pairs: the items of every head, what networks that know nothing reach, and the table of both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd
from jaxtyping import Int

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.attention.batches import FedPair, batches, collate, feed_all
from mhattn_core.attention.stream import watch_words
from mhattn_core.measures.roles.bounds import NETWORKS, PAIRS, bounds
from mhattn_core.measures.roles.collect import BatchPairs, Collector, joined
from mhattn_core.measures.roles.controls import RateCollector, best_heads
from mhattn_core.measures.roles.links import Links
from mhattn_core.measures.roles.role import CONTROL, Role
from mhattn_core.measures.roles.table import RandomControls, StackItems, relations_table, unmeasurable
from mhattn_core.models.control_names import RANDOM, Control
from mhattn_core.models.model import Model
from mhattn_core.models.random_control import random_controls
from mhattn_core.runs.sums import fold_of, unit_of
from mhattn_core.text.annotation import Annotated
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations import RELATIONS, FoundItems, Relation, find_items, missing

NO_SENTENCE = "."


class _Collecting(Protocol):
    def see(self, layer: WordLayer, /) -> None: ...


C = TypeVar("C", bound=_Collecting)


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
    found = items or items_of(annotated, relations)
    return joined(each.stacks() for each in _watched(Collector, model, records, annotated, found, tokens, tell))


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
    networks: int = NETWORKS,
    pairs: int = PAIRS,
) -> dict[Role, float]:
    """What the best heads of networks that know nothing stay under (see ``bounds``), on pairs spread evenly over the
    corpus.
    """
    items = items_of(annotated, relations)
    part = control_part(records, annotated, items, control=control, networks=networks, pairs=pairs)
    return bounds(best_of_part(model, part, lambda _pairs: None))


@dataclass(frozen=True, eq=False)
class RelationsPart:
    """Pairs as they are annotated, and their items; control: which, and of how many networks, where they are to be
    measured in the place of the model itself.
    """

    records: Sequence[PairRecord]
    annotated: Sequence[Annotated]
    items: FoundItems | None = None
    control: Control | None = None
    networks: int = 1

    def __len__(self) -> int:
        return len(self.records) * self.networks


def control_part(
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    items: FoundItems,
    *,
    control: Control,
    networks: int = NETWORKS,
    pairs: int = PAIRS,
) -> RelationsPart:
    """All networks of a control over the same pairs. items: of all records."""
    chosen = np.unique(np.linspace(0, len(records) - 1, pairs).astype(int))
    some, annotations = [records[number] for number in chosen], [annotated[number] for number in chosen]
    return RelationsPart(some, annotations, items_among(items, chosen), control, networks)


def relations_of_part(model: Model, part: RelationsPart, tell: Callable[[int], None]) -> dict[str, StackItems]:
    """``measure_relations`` of a part."""
    return measure_relations(model, part.records, part.annotated, items=part.items, tell=tell)


def best_of_part(model: Model, part: RelationsPart, tell: Callable[[int], None]) -> list[dict[Role, float]]:
    """The best heads of each network of the part's control (see ``best_heads``)."""
    found = part.items or items_of(part.annotated)
    return [
        best_heads(
            (each.rates() for each in _watched(RateCollector, one, part.records, part.annotated, found, None, tell)),
            found.names,
        )
        for one in random_controls(model, range(part.networks), part.control or RANDOM)
    ]


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


def items_among(items: FoundItems, chosen: Int[np.ndarray, " pair"]) -> FoundItems:
    """The items of some of the pairs, which are then counted among these. chosen: their numbers, in order."""
    here = np.isin(items.pair, chosen)
    pair = np.searchsorted(chosen, items.pair[here])
    return FoundItems(items.names, pair, items.relation[here], items.query[here], items.key[here])


def _watched(
    make: Callable[[Mapping[str, WordAxes], Links, BatchPairs], C],
    model: Model,
    records: Sequence[PairRecord],
    annotated: Sequence[Annotated],
    found: FoundItems,
    tokens: int | None,
    tell: Callable[[int], None],
) -> Iterator[C]:
    """A collector for each batch, after it has seen all layers."""
    rows, problems = feed_all(model, [_cheap(model, record.pair) for record in records])
    tell(len(problems))
    for batch in batches(model, rows, tokens=tokens):
        links, corpus = _asked(batch, records, annotated, found)
        padded = collate(model, batch)
        collector = make(padded.axes, links, corpus)
        watch_words(model, padded, collector.see)
        yield collector
        tell(len(batch))


def _asked(
    rows: Sequence[FedPair], records: Sequence[PairRecord], annotated: Sequence[Annotated], found: FoundItems
) -> tuple[Links, BatchPairs]:
    """The links of a batch, and what its numbers stand for."""
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
    return links, corpus
