"""Consecutive sentences read as one text, so that a causal model has something to go on."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from unicodedata import east_asian_width

from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

WORDS = 64
SCORED_FROM = 32
"""The first word that is asked for, counted from 0. A token costs SmolLM2 on EWT 10.8 nats at the start of a text, 5.2
after four, 4.0 after thirty-two and 3.6 after ninety-six: by then a prediction hardly lacks context."""


class Context(NamedTuple):
    """``pair`` holds one text of ``WORDS`` words and no second; what begins at character ``scored_from`` is asked
    for.
    """

    pair: SentencePair
    scored_from: int
    document: str


def contexts(records: Sequence[PairRecord]) -> list[Context]:
    """Texts that do not overlap, from the first texts of consecutive records of one document.

    Records without a document follow one another as they stand in the corpus. A text begins where a sentence begins and
    ends with its last word, inside a sentence; a causal model sees no difference. What is left at the end of a document
    is left out. Words are those of the records, by which models with different tokenizers get the same texts.
    """
    return [
        context
        for document, of_document in groupby(records, key=lambda record: record.document)
        for context in _of_document(document, of_document)
    ]


def _of_document(document: str, records: Iterator[PairRecord]) -> Iterator[Context]:
    text, words = "", list[str]()
    for record in records:
        sentence = record.pair.a
        if not sentence:
            continue
        text = joined(text, sentence.text)
        words += [word.text for word in sentence.words]
        if len(words) >= WORDS:
            placed = SentencePair(text, source_words=tuple(words)).a.words[:WORDS]
            read = SentencePair(text[: placed[-1].end], source_words=tuple(words[:WORDS]))
            yield Context(read, placed[SCORED_FROM].start, document)
            text, words = "", []


def joined(text: str, sentence: str) -> str:
    """With a space between, but after a character as wide as a Chinese one (``。``, ``）``)."""
    space = "" if not text or east_asian_width(text[-1]) in "WF" else " "
    return f"{text}{space}{sentence}"
