"""Word alignments as Pharaoh writes them: ``0-0 1p2 3-4-P``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _

Link = tuple[int, int]
ENOUGH = 5
"""So many pairs do not all leave both their first words without a link."""
LINK = re.compile(r"([0-9]{1,6})(?:([-p])([0-9]{1,6})|-([0-9]{1,6})-([SP]))")


@dataclass(frozen=True)
class Alignment:
    """Links (source word, target word), counted from 0. A sure link is possible too: ``possible`` holds all of
    ``sure``.
    """

    sure: frozenset[Link]
    possible: frozenset[Link]

    @property
    def turned(self) -> "Alignment":
        """The same links, target before source."""
        return Alignment(
            *(frozenset((target, source) for source, target in links) for links in (self.sure, self.possible))
        )

    def __str__(self) -> str:
        """As ``parse`` reads it, in order."""
        return " ".join(f"{i}-{j}" if (i, j) in self.sure else f"{i}p{j}" for i, j in sorted(self.possible))


@dataclass(frozen=True)
class AlignmentFile:
    """What ``read_alignments`` found: by line (the first is 1) the alignments, the ids where lines give them, and why a
    line was left out.
    """

    alignments: Mapping[int, Alignment]
    ids: Mapping[int, str]
    bad: Mapping[int, str]


def parse(text: str, *, base: Literal[0, 1] = 0, swap: bool = False) -> Alignment:
    """The links of one pair, separated by spaces: ``1-2`` and ``1-2-S`` are sure, ``1p2`` and ``1-2-P`` only possible.

    ``base`` is the number of the first word in ``text``; ``swap`` reads target before source. Raises Problem at what is
    not a link.
    """
    sure: set[Link] = set()
    possible: set[Link] = set()
    for token in text.split():
        left, right, is_sure = _link(token)
        if min(left, right) < base:
            raise Problem(
                _("“{token}” is no link where words are counted from 1.").format(token=token),
                _("Say that words are counted from 0, or correct the link."),
            )
        link = (right - base, left - base) if swap else (left - base, right - base)
        possible.add(link)
        if is_sure:
            sure.add(link)
    return Alignment(frozenset(sure), frozenset(possible))


def _link(token: str) -> tuple[int, int, bool]:
    found = LINK.fullmatch(token)
    if not found:
        raise Problem(
            _("“{token}” is not a link between two words.").format(token=token[:40]),
            _("Write links as 0-0 (sure) and 1p2 or 1-2-P (possible), with spaces between them."),
        )
    left, sign, right, right_of_marked, mark = found.groups()
    return int(left), int(right or right_of_marked), sign != "p" and mark != "P"


def check(alignment: Alignment, source_words: int, target_words: int) -> None:
    """Raises Problem when a link leads to a word that its sentence of so many words does not have."""
    outside = sorted((i, j) for i, j in alignment.possible if i >= source_words or j >= target_words)
    if outside:
        raise Problem(
            _("Links lead outside the sentences of {source} and {target} words: {links}.").format(
                source=source_words, target=target_words, links=" ".join(f"{i}-{j}" for i, j in outside[:8])
            ),
            _("Give the words that the links count: columns source_words and target_words, separated by spaces."),
        )


def seem_counted_from_1(alignments: Iterable[Alignment], *, any_outside: bool) -> bool:
    """Whether links that were read as counted from 0 are likely counted from 1: none has a 0, and some lead outside, or
    they are many.
    """
    linked = [alignment.possible for alignment in alignments if alignment.possible]
    return len(linked) >= (1 if any_outside else ENOUGH) and not any(0 in link for links in linked for link in links)


def read_alignments(lines: Iterable[str], *, base: Literal[0, 1] = 0, swap: bool = False) -> AlignmentFile:
    """An alignment file, one pair a line: links, or an id, a tab and links. An empty line is a pair without links.

    Where lines give ids, one without is empty, or bad: it could be of any pair.
    """
    alignments: dict[int, Alignment] = {}
    bad: dict[int, str] = {}
    parts = list(_with_ids(lines))
    ids = {number: id_ for number, (id_, _links) in enumerate(parts, 1) if id_ is not None}
    for number, (id_, links) in enumerate(parts, 1):
        if ids and id_ is None:
            if links.strip():
                bad[number] = _("It has no id, and other lines have one.")
            continue
        try:
            alignments[number] = parse(links, base=base, swap=swap)
        except Problem as problem:
            bad[number] = problem.happened
    return AlignmentFile(alignments, ids, bad)


def _with_ids(lines: Iterable[str]) -> Iterator[tuple[str | None, str]]:
    for line in lines:
        first, tab, rest = line.partition("\t")
        if tab and not all(map(LINK.fullmatch, first.split())):
            yield first.strip(), rest
        else:
            yield None, line
