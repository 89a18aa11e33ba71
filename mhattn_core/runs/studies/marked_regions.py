"""What heads give from one region to another, of texts in which their reader has marked regions."""

from collections.abc import Sequence

from mhattn_core.experiments.marked_regions import marked_regions_table
from mhattn_core.measures.sample import sampled
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key, unit_of
from mhattn_core.text.reading import PairRecord

MOST = 400
"""Texts, chosen by a hash."""


def _measure(given: StudyInput) -> Tables:
    records = _chosen(given.records)
    pairs, units = [record.pair for record in records], [unit_of(record) for record in records]
    return {"marked_regions": marked_regions_table(given.model, pairs, units, tell=given.tell)}


def _chosen(records: Sequence[PairRecord]) -> list[PairRecord]:
    marked = [record for record in records if record.pair.marks]
    return [marked[place] for place in sorted(sampled([text_key(record) for record in marked], MOST))]


def _work(_model: Model, records: Sequence[PairRecord]) -> tuple[int, float]:
    words = [len(record.pair.a.words) + len(record.pair.b.words) for record in _chosen(records)]
    return len(words), sum(words) / max(len(words), 1)


MARKED_REGIONS = Study(("marked_regions",), _measure, work=_work, factor=1.5, as_fed=True)
