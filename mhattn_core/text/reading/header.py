"""Whether a first row holds names of columns, or is a pair."""

import re
from collections.abc import Sequence
from typing import Any

import regex

from mhattn_core.text.reading.records import TableRow
from mhattn_core.text.reading.wordings import PROMISED, fields_of, plain

SENTENCE_END = regex.compile(r"[.!?。！？…;；][\p{Pf}\p{Pe}\"'”’）」』]*$")
IN_SENTENCES = re.compile(r"[.!?。！？…,，、;；:：\"“”]")
SCRIPTS = ("Latin", "Han", "Kana", "Hangul", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Thai")
SCRIPT = regex.compile(
    "|".join(
        rf"(?P<{name}>[\p{{Hiragana}}\p{{Katakana}}])" if name == "Kana" else rf"(?P<{name}>\p{{{name}}})"
        for name in SCRIPTS
    )
)
WORD = regex.compile(r"\p{Han}|[^\s\p{Han}]+")
LONGEST_NAME = 40
MOST_WORDS = 6
"""Of a name; each Chinese character counts as one."""
LONGER = 3
LOOKED_AT = 50
MOST = 0.8
LETTERS = 200


def is_header(cells: Sequence[Any]) -> bool:
    """Whether a row holds names of columns: a promised one; if there are just two cells, two of ours, since sentences
    may be as short.
    """
    names = [str(cell).strip() for cell in cells if str(cell or "").strip()]
    promised = [PROMISED[plain(name)] for name in names if plain(name) in PROMISED]
    if len(names) == 1:
        return promised == ["source"]
    return len(fields_of(names)) >= 2 or (len(names) > 2 and bool(promised))


def is_promised(cells: Sequence[Any]) -> bool:
    """Whether a row of names has one that we promise to know."""
    return any(plain(cell) in PROMISED for cell in cells)


def looks_like_names(rows: Sequence[TableRow]) -> bool:
    """Whether the first row may hold names: each of its cells could be one, and in some column the others are in
    another script, or sentences.
    """
    if not rows or rows[0].fault:
        return False
    first, *others = ([str(cell or "").strip() for cell in row.cells] for row in rows[:LOOKED_AT] if not row.fault)
    if not others or not all(first) or not all(map(_could_be_a_name, first)):
        return False
    columns = ([row[place] for row in others if place < len(row) and row[place]] for place in range(len(first)))
    return any(_is_unlike(cell, column) for cell, column in zip(first, columns, strict=True) if column)


def _could_be_a_name(cell: str) -> bool:
    return len(cell) <= LONGEST_NAME and len(WORD.findall(cell)) <= MOST_WORDS and not IN_SENTENCES.search(cell)


def _is_unlike(cell: str, column: Sequence[str]) -> bool:
    script, words = _script(cell), len(WORD.findall(cell))

    def most(differ: list[bool]) -> bool:
        return sum(differ) >= MOST * len(column)

    return (
        most([bool(SENTENCE_END.search(other)) for other in column])
        or most([_script(other) != script for other in column])
        or most([len(WORD.findall(other)) >= LONGER * words for other in column])
    )


def _script(text: str) -> str:
    """The script of most letters; Chinese characters beside kana are Japanese."""
    scripts = [str(letter.lastgroup) for letter in SCRIPT.finditer(text[:LETTERS])]
    return "Kana" if "Kana" in scripts else max(SCRIPTS, key=scripts.count) if scripts else ""
