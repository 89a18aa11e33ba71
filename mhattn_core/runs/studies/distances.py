"""Which heads of a model do the same: how far apart every two are, on text and on random words."""

from mhattn_core.experiments.redundancy.distance_table import distance_table, passes
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import fold_of, text_key


def _measure(given: StudyInput) -> Tables:
    texts = [text_key(record) for record in given.records]
    pairs = [record.pair for record in given.records]
    folds = [fold_of(record) for record in given.records]
    return {"distances": distance_table(given.model, texts, pairs, folds, tell=given.tell)}


DISTANCES = Study(("distances",), _measure, passes=lambda pairs, _heads: passes(pairs), factor=4.0)
