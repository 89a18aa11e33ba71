"""Which head does what: relations between words, with what networks reach that know nothing."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mhattn_core.measures.roles.bounds import NETWORKS, PAIRS, bounds
from mhattn_core.measures.roles.collect import joined
from mhattn_core.measures.roles.items import COLUMNS
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.roles.role import Role
from mhattn_core.measures.roles.table import RandomControls
from mhattn_core.models.control_names import CONTROLS, RANDOM, SHUFFLED, Control, control_of, trained_name
from mhattn_core.runs.relations import (
    RelationsPart,
    best_of_part,
    control_part,
    items_among,
    items_of,
    relations_of,
    relations_of_part,
)
from mhattn_core.runs.study import Corpus, Study, StudyInput, Tables
from mhattn_core.text.relations import FoundItems


def _measure(given: StudyInput) -> Tables:
    model, records, annotated = given.model, given.records, given.annotated
    size = len(records) if given.workers.here else given.workers.part_size(len(records))
    parts = [
        RelationsPart(records[start : start + size], annotated[start : start + size], some)
        for start, some in _in_slices(_items(given.corpus), len(records), size)
    ]
    stacks = joined(given.spread(relations_of_part, parts))
    random95 = _best(given, RANDOM)
    # Weights that were drawn at random are what they were when they are shuffled.
    shuffled95 = random95 if control_of(model.name) == RANDOM else _best(given, SHUFFLED)
    items = [pd.DataFrame(columns=[*COLUMNS, "model", "stack"])]
    items = [kept.items.assign(model=model.name, stack=stack) for stack, kept in stacks.items()] or items
    return {
        "relations": relations_of(model.name, stacks, records, annotated, RandomControls(random95, shuffled95)),
        "rates": rates_table(model.name, stacks),
        "items": pd.concat(items, ignore_index=True),
    }


def _best(given: StudyInput, control: Control) -> Mapping[Role, float]:
    """What the best heads of a control get; a model and its own controls have it in common."""
    key = (f"relations{control}", trained_name(given.model.name))
    if key not in given.corpus.known:
        part = control_part(given.records, given.annotated, _items(given.corpus), control=control)
        (best,) = given.spread(best_of_part, [part])
        given.corpus.known[key] = bounds(best)
    known: Mapping[Role, float] = given.corpus.known[key]
    return known


def _in_slices(items: FoundItems, pairs: int, size: int) -> Iterator[tuple[int, FoundItems]]:
    """Where each slice of the pairs starts, and its items."""
    for start in range(0, pairs, size):
        yield start, items_among(items, np.arange(start, min(start + size, pairs)))


def _items(corpus: Corpus) -> FoundItems:
    """The items of all relations, found once for all models."""
    key = ("relations.items", "")
    if key not in corpus.known:
        corpus.known[key] = items_of(corpus.annotated)
    found: FoundItems = corpus.known[key]
    return found


def _of_controls(pairs: int) -> int:
    return len(CONTROLS) * NETWORKS * min(pairs, PAIRS)


RELATIONS = Study(
    ("relations", "rates", "items"),
    _measure,
    passes=lambda pairs, _heads: pairs + _of_controls(pairs),
    factor=2.0,
    of_controls=_of_controls,
    as_fed=True,
)
