"""A haystack of filler sentences with a needle in it: texts of any length, written for this project."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any


@dataclass(frozen=True)
class Needle:
    """A sentence, in two parts, of which a question asks for the second."""

    opening: str
    answer: str
    question: str


@dataclass(frozen=True)
class Haystack:
    """A text with its question. ``answer``: the characters of the answer in it, from and to."""

    text: str
    answer: tuple[int, int]


def languages() -> tuple[str, ...]:
    """The languages in which there are haystacks, ``en`` and ``zh``."""
    return tuple(_data())


def needles(language: str) -> list[Needle]:
    """Those that can be hidden."""
    return [Needle(**row) for row in _data()[language]["needles"]]


def filler(language: str, seed: int = 0) -> Iterator[str]:
    """Sentences without end, drawn anew for each seed."""
    of, random = _data()[language], Random(f"haystack {seed}")  # noqa: S311
    while True:
        yield of["join"].join(random.choice(part) for part in of["filler"])


def haystack(language: str, needle: Needle, sentences: Sequence[str], before: int) -> Haystack:
    """The needle behind the first ``before`` of these sentences, and the question at the end."""
    of = _data()[language]
    hidden = needle.opening + needle.answer + of["end"]
    first = of["join"].join([*sentences[:before], needle.opening])
    text = of["join"].join([*sentences[:before], hidden, *sentences[before:]])
    asked = of["question"].format(question=needle.question)
    start = len(first) + len(needle.answer) - len(needle.answer.lstrip())
    return Haystack(text + asked, (start, len(first) + len(needle.answer)))


@cache
def _data() -> dict[str, Any]:
    with (Path(__file__).parent / "haystack.toml").open("rb") as file:
        return tomllib.load(file)
