"""Which heads of a model do the same: how far apart every two are, and how many have a redundant partner."""

from mhattn_core.experiments.redundancy.distance_table import distance_tables, passes
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import fold_of, text_key


def _measure(given: StudyInput) -> Tables:
    texts = [text_key(record) for record in given.records]
    pairs = [record.pair for record in given.records]
    folds = [fold_of(record) for record in given.records]
    return distance_tables(given.model, texts, pairs, folds, tell=given.tell)


DISTANCES = Study(("distances", "redundancy"), _measure, passes=lambda pairs, _heads: passes(pairs), factor=4.0)
