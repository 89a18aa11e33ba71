"""What each head adds, over one word of each of a sample of texts."""

import pandas as pd

from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.measures.fusion.tables import HEADS, LAYERS, fusion_tables
from mhattn_core.measures.sample import sampled
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key, unit_of

MOST_TEXTS = 400
"""To tell a head from the others takes matrices of so many rows and columns."""


def _measure(given: StudyInput) -> Tables:
    places = sampled([text_key(record) for record in given.records], MOST_TEXTS)
    units = [unit_of(given.records[place]) for place in places]
    tables = {"fusion": pd.DataFrame(columns=list(HEADS)), "fusion_layers": pd.DataFrame(columns=list(LAYERS))}
    found = word_outputs(given.model, [given.records[place].pair for place in places], tell=given.tell)
    parts = [
        fusion_tables(given.model.name, stack, words, [units[number] for number in words.texts])
        for stack, words in found.items()
    ]
    if parts:
        tables = {
            name: pd.concat(rows, ignore_index=True)
            for name, rows in zip(tables, zip(*parts, strict=True), strict=True)
        }
    return tables


FUSION = Study(
    ("fusion", "fusion_layers"), _measure, passes=lambda pairs, _heads: min(pairs, MOST_TEXTS), factor=4.0, as_fed=True
)
