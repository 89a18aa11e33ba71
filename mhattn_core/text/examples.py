"""Sentences written for this project: English with what follows, and the same in Chinese."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading.records import PairRecord


@dataclass(frozen=True)
class Example:
    """``chinese`` says what ``english`` says, and ``chinese_next`` what ``english_next``, which goes on from there."""

    id: str
    english: str
    english_next: str
    chinese: str
    chinese_next: str


@cache
def examples() -> tuple[Example, ...]:
    """Sixty, in the order of the file."""
    with (Path(__file__).parent / "examples.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Example(**row) for row in csv.DictReader(file))


def example_pairs(first: str, second: str) -> list[PairRecord]:
    """Pairs of two fields of the examples, such as ``english`` and ``chinese``."""
    return [
        PairRecord(example.id, SentencePair(getattr(example, first), getattr(example, second)), line)
        for line, example in enumerate(examples(), start=2)
    ]
