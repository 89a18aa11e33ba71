"""How long things take; ratios within one run, since seconds are a machine's own."""

from mhattn_core.bench.corpus import corpus_ratios, corpus_runs
from mhattn_core.bench.pair import LENGTHS, attend_times, sentence
from mhattn_core.bench.studies import study_costs

__all__ = ["LENGTHS", "attend_times", "corpus_ratios", "corpus_runs", "sentence", "study_costs"]
