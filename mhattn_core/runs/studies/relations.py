"""Which head does what: relations between words, with what random weights reach."""

import pandas as pd

from mhattn_core.measures.roles.items import COLUMNS
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.models.control_names import trained_name
from mhattn_core.runs.relations import SEEDS, TWIN_PAIRS, measure_relations, relations_of, twins_of
from mhattn_core.runs.study import Study, StudyInput, Tables


def _measure(given: StudyInput) -> Tables:
    model, records, annotated = given.model, given.records, given.annotated
    stacks = measure_relations(model, records, annotated, tell=given.tell)
    # A model and NAME@random have the same twins.
    key = ("relations", trained_name(model.name))
    if key not in given.corpus.known:
        given.corpus.known[key] = twins_of(model, records, annotated, tell=given.tell)
    random95 = given.corpus.known[key]
    items = [pd.DataFrame(columns=[*COLUMNS, "model", "stack"])]
    items = [kept.items.assign(model=model.name, stack=stack) for stack, kept in stacks.items()] or items
    return {
        "relations": relations_of(model.name, stacks, records, annotated, random95),
        "rates": rates_table(model.name, stacks),
        "items": pd.concat(items, ignore_index=True),
    }


def _of_twins(pairs: int) -> int:
    return SEEDS * min(pairs, TWIN_PAIRS)


RELATIONS = Study(
    ("relations", "rates", "items"),
    _measure,
    passes=lambda pairs, _heads: pairs + _of_twins(pairs),
    factor=2.5,
    of_twins=_of_twins,
)
