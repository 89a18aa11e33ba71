"""Which heads a model needs to get grammar right: the causal half of the badges of roles."""

from collections.abc import Sequence

from mhattn_core.experiments.ablation.minimal_pairs import minimal_pairs_table, readable
from mhattn_core.experiments.ablation.texts import ablation_texts
from mhattn_core.experiments.ablation.trials import PRIMARY, Trials
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.minimal_pairs import minimal_pairs
from mhattn_core.text.reading import PairRecord


def _measure(given: StudyInput) -> Tables:
    model = given.model
    # A head that is off writes its mean over the same texts as in the study of ablation; over none, its mean in each
    # minimal pair.
    trials = Trials(model, [text.pair for text in ablation_texts(model, given.records)])
    means = trials.corpus_means if trials.tasks else None
    return {"minimal_pairs": minimal_pairs_table(model, minimal_pairs(), PRIMARY, means, tell=given.tell)}


def _work(model: Model, _records: Sequence[PairRecord]) -> tuple[int, float]:
    openings = [
        pair.opening.split() for pair in {pair.opening: pair for pair in readable(model, minimal_pairs())}.values()
    ]
    return len(model.attention.all_heads()) * len(openings), sum(map(len, openings)) / max(len(openings), 1)


MINIMAL_PAIRS = Study(("minimal_pairs",), _measure, work=_work, factor=0.5)
