"""What can be read off every head's queries, keys and values by a linear rule."""

import pandas as pd

from mhattn_core.measures.probing.table import COLUMNS, probe_table
from mhattn_core.measures.probing.words import probe_words
from mhattn_core.measures.sample import sampled
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key
from mhattn_core.text.annotation import annotate

MOST_TEXTS = 250


def _measure(given: StudyInput) -> Tables:
    if not given.model.attention.gives_values:
        return {"probes": pd.DataFrame(columns=list(COLUMNS))}
    records = [given.records[place] for place in sampled([text_key(record) for record in given.records], MOST_TEXTS)]
    pairs, annotated = [record.pair for record in records], annotate(records)
    tables = []
    # Between two sentences there is no input of one layer that both queries and keys come from.
    for stack in (stack for stack in given.model.stacks if stack != "cross"):
        words = probe_words(given.model, pairs, annotated, stack, tell=given.tell)
        if words is not None:
            tables.append(probe_table(given.model.name, stack, words))
    return {"probes": pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))}


PROBES = Study(("probes",), _measure, passes=lambda pairs, _heads: min(pairs, MOST_TEXTS), factor=80.0)
