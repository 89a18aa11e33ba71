"""Sentences of our own in which it is known which connective belongs to what, in equal numbers and at equal
distances.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.relations.relation import Item

Kind = Literal["although", "because"]
ZH: Mapping[Kind, tuple[str, str]] = {"although": ("虽然", "但是"), "because": ("因为", "所以")}
EN: Mapping[Kind, str] = {"although": "Although", "because": "Because"}
CONNECTIVE_HERE = "|"
HEAD = "*"


@dataclass(frozen=True)
class Template:
    """A sentence and the item in it: in Chinese 但是 → 虽然 (所以 → 因为), in English the connective → the head of the main
    clause.
    """

    kind: Kind
    record: PairRecord
    item: Item


@cache
def templates(language: Literal["en", "zh"]) -> tuple[Template, ...]:
    """100 concessions, each followed by a sentence of cause with the same first clause and the same distance; 200 in
    all.

    ``record.group`` is the kind and ``record.document`` the situation: sentences of one share clauses and belong in one
    fold.
    """
    situations = tomllib.loads((Path(__file__).parent / "templates.toml").read_text(encoding="utf-8"))[language]
    build = _chinese if language == "zh" else _english
    found: list[Template] = []
    for number, situation in enumerate(situations, 1):
        for first, which in product(situation["first"], range(len(situation["although"]))):
            for kind in ZH:
                words, item = build(kind, first, situation[kind][which])
                found.append(Template(kind, _record(language, len(found) + 1, number, kind, words), item))
    return tuple(found)


def _chinese(kind: Kind, first: str, second: str) -> tuple[list[str], Item]:
    opening, closing = ZH[kind]
    subject, _bar, rest = first.rpartition(CONNECTIVE_HERE)
    words = [*subject.split(), opening, *rest.split(), "，", closing, *second.split(), "。"]
    return words, (words.index(closing), words.index(opening))


def _english(kind: Kind, first: str, second: str) -> tuple[list[str], Item]:
    words = [EN[kind], *first.split(), ",", *second.split(), "."]
    head = next(place for place, word in enumerate(words) if word.startswith(HEAD))
    words[head] = words[head].removeprefix(HEAD)
    return words, (0, head)


def _record(language: str, line: int, situation: int, kind: Kind, words: Sequence[str]) -> PairRecord:
    text = "".join(words) if language == "zh" else " ".join(words).replace(" ,", ",").replace(" .", ".")
    return PairRecord(
        f"{kind}-{line}", SentencePair(text, source_words=tuple(words)), line, f"situation {situation}", kind
    )
