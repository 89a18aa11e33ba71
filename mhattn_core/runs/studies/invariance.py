"""Which heads attend as before when the words around a word change."""

from mhattn_core.experiments.invariance import PERTURBATIONS, invariance_table
from mhattn_core.measures.sample import sampled
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key, unit_of

MOST = 400
"""Pairs, chosen by a hash of their text."""


def _measure(given: StudyInput) -> Tables:
    places = sorted(sampled([text_key(record) for record in given.records], MOST))
    records = [given.records[place] for place in places]
    table = invariance_table(
        given.model,
        [record.pair for record in records],
        [unit_of(record) for record in records],
        replacements=given.corpus.resources.replacements,
        tell=given.tell,
    )
    return {"invariance": table}


INVARIANCE = Study(
    ("invariance",),
    _measure,
    passes=lambda pairs, _heads: (1 + len(PERTURBATIONS)) * min(pairs, MOST),
    factor=1.1,
    as_fed=True,
)
