"""Which head does what: relations between words, with what networks reach that know nothing."""

from collections.abc import Mapping

import pandas as pd

from mhattn_core.measures.roles.collect import joined
from mhattn_core.measures.roles.items import COLUMNS
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.roles.table import CONTROL_PAIRS, SEEDS, RandomControls, Role, best_of_random
from mhattn_core.models.control_names import CONTROLS, RANDOM, SHUFFLED, Control, control_of, trained_name
from mhattn_core.runs.relations import RelationsPart, control_parts, relations_of, relations_of_part
from mhattn_core.runs.study import Study, StudyInput, Tables


def _measure(given: StudyInput) -> Tables:
    model, records, annotated = given.model, given.records, given.annotated
    size = len(records) if given.workers.here else given.workers.part_size(len(records))
    slices = [slice(start, start + size) for start in range(0, len(records), size)]
    stacks = joined(given.spread(relations_of_part, [RelationsPart(records[some], annotated[some]) for some in slices]))
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
        parts = control_parts(given.records, given.annotated, control=control)
        given.corpus.known[key] = best_of_random(given.spread(relations_of_part, parts))
    known: Mapping[Role, float] = given.corpus.known[key]
    return known


def _of_controls(pairs: int) -> int:
    return len(CONTROLS) * SEEDS * min(pairs, CONTROL_PAIRS)


RELATIONS = Study(
    ("relations", "rates", "items"),
    _measure,
    passes=lambda pairs, _heads: pairs + _of_controls(pairs),
    factor=2.0,
    of_controls=_of_controls,
)
