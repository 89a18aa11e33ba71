"""What each head adds by itself to the score of the next word."""

from collections.abc import Sequence

from mhattn_core.experiments.ablation.texts import ablation_texts
from mhattn_core.experiments.attribution import attribution_table
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.reading import PairRecord


def _measure(given: StudyInput) -> Tables:
    texts = ablation_texts(given.model, given.records)
    return {"attribution": attribution_table(given.model, texts, tell=given.tell)}


def _work(model: Model, records: Sequence[PairRecord]) -> tuple[int, float]:
    texts = ablation_texts(model, records)
    return len(texts), sum(text.words for text in texts) / max(len(texts), 1)


ATTRIBUTION = Study(("attribution",), _measure, work=_work, factor=3.0)
