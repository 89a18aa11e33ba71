"""What the card of every head shows beside what other studies tell: distances, words, its strongest sentences."""

from mhattn_core.experiments.cards import card_tables
from mhattn_core.measures.cards.sizes import TEXTS
from mhattn_core.runs.study import Study, StudyInput, Tables
from mhattn_core.runs.sums import text_key


def _measure(given: StudyInput) -> Tables:
    return card_tables(
        given.model,
        [text_key(record) for record in given.records],
        [record.id for record in given.records],
        [record.pair for record in given.records],
        keep_sentences=given.corpus.keeps_sentences,
        tell=given.tell,
    )


CARDS = Study(
    ("cards", "card_sentences"), _measure, passes=lambda pairs, _heads: min(pairs, TEXTS), factor=2.0, as_fed=True
)
