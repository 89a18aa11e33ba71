"""What can be read off every head's queries, keys and values by a linear rule."""

import pandas as pd

from mhattn_core.experiments.probing import probe_words
from mhattn_core.measures.probing.table import HEADS, MEANS, PROBED, probe_tables
from mhattn_core.measures.probing.words import MOST_WORDS
from mhattn_core.measures.sample import sampled
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key, unit_of
from mhattn_core.text.annotation import annotate


def _measure(given: StudyInput) -> Tables:
    heads, means = pd.DataFrame(columns=list(HEADS)), pd.DataFrame(columns=list(MEANS))
    if not given.model.attention.gives_values:
        return {"probes": heads, "probe_means": means}
    records = [given.records[place] for place in sampled([text_key(record) for record in given.records], MOST_WORDS)]
    units = [unit_of(record) for record in records]
    stacks = probe_words(given.model, [record.pair for record in records], annotate(records), tell=given.tell)
    tables = [probe_tables(given.model.name, stack, words, units, tell=given.tell) for stack, words in stacks.items()]
    if tables:
        heads, means = (pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True))
    return {"probes": heads, "probe_means": means}


# Learning does not grow with the network: 10 of minilm's forward passes, 2 of SmolLM2's.
PROBES = Study(
    ("probes", "probe_means"),
    _measure,
    passes=lambda pairs, heads: min(pairs, MOST_WORDS) + PROBED * heads,
    factor=5.0,
    as_fed=True,
)
