"""What breaks when heads are switched off, one by one, two by two, and many at once."""

from collections.abc import Sequence

from mhattn_core.experiments.ablation.study import TABLES, ablation_tables, passes
from mhattn_core.experiments.ablation.texts import ablation_texts
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.reading import PairRecord


def _measure(given: StudyInput) -> Tables:
    spread, texts = None if given.workers.here else given.spread, ablation_texts(given.model, given.records)
    return ablation_tables(given.model, texts, given.corpus.ablation, tell=given.tell, spread=spread)


def _work(model: Model, records: Sequence[PairRecord]) -> tuple[int, float]:
    texts = ablation_texts(model, records)
    return passes(model, texts), sum(text.words for text in texts) / max(len(texts), 1)


ABLATION = Study(tuple(TABLES), _measure, work=_work, factor=0.6)
