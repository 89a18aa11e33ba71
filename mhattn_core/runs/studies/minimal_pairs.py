"""Which heads a model needs to get grammar right: the causal half of the badges of roles."""

from mhattn_core.experiments.ablation.minimal_pairs import minimal_pairs_table
from mhattn_core.experiments.ablation.trials import PRIMARY, Trials
from mhattn_core.runs.studies.ablation import sentences_of
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.minimal_pairs import minimal_pairs


def _measure(given: StudyInput) -> Tables:
    model = given.model
    # A head that is off writes its mean over the same sentences as in the study of ablation; over none, its mean in
    # each minimal pair.
    sentences = sentences_of(model, given.records)
    trials = Trials(model, sentences)
    means = trials.corpus_means if trials.tasks else None
    return {"minimal_pairs": minimal_pairs_table(model, minimal_pairs(), PRIMARY, means, tell=given.tell)}


def _passes(_pairs: int, heads: int) -> int:
    return heads * len({pair.opening for pair in minimal_pairs()})


MINIMAL_PAIRS = Study(("minimal_pairs",), _measure, passes=_passes, factor=0.3)
