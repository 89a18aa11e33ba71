"""Which heads look up the words that a model takes over from far back: needles in haystacks written for this project."""

from collections.abc import Sequence

from mhattn_core.attention.languages import language_of
from mhattn_core.experiments.retrieval.search import asked_of, passes, retrieval_tables
from mhattn_core.models.model import Model
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.text.haystack import languages
from mhattn_core.text.reading import PairRecord

WORDS_PER_TOKEN = 0.75


def _measure(given: StudyInput) -> Tables:
    return retrieval_tables(given.model, _languages(given.records), tell=given.tell)


def _languages(records: Sequence[PairRecord]) -> list[str]:
    """Those of the first texts of the corpus in which there are haystacks; English where there are none."""
    found = {language_of(record.pair.a.text) for record in records if record.pair.a}
    return [language for language in languages() if language in found] or [languages()[0]]


def _work(model: Model, records: Sequence[PairRecord]) -> tuple[int, float]:
    if model.stacks != ("decoder",) or model.head != "language":
        return 0, 0.0
    asked, number = asked_of(model), len(_languages(records))
    if not asked:
        return 0, 0.0
    # Heads are masked in the shortest, and every token of an answer is a forward of its own.
    words = [one.length * WORDS_PER_TOKEN for one in asked]
    short = asked[0].length * WORDS_PER_TOKEN
    texts = passes(model)
    return texts * number, (sum(words) + (texts - len(asked)) * short) / texts


RETRIEVAL = Study(("retrieval", "retrieval_trials", "retrieval_masking"), _measure, work=_work, factor=2.0)
