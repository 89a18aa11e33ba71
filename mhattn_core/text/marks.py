"""Regions of a text that its reader has marked and named."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.words import Sentence

if TYPE_CHECKING:
    from mhattn_core.text.pair import SentencePair

OPENING = re.compile(r"<mark\s+([^<>\s][^<>]*?)\s*>", re.IGNORECASE)
TAG = re.compile(rf"{OPENING.pattern}|</mark\s*>", re.IGNORECASE)
OTHER, SPECIAL = "(other words)", "(special tokens)"
"""What tables call the words that are in no region, and the tokens that are no word of either sentence."""
NO_CUTS: Mapping[str, tuple[str, ...]] = {}
EXAMPLE = "<mark claim>…</mark>"


class Mark(NamedTuple):
    """Words ``first`` to before ``end``, counted from 0 over A and B, are the region ``name``, or a part of it. It equals
    the plain tuple, so a pair takes either.
    """

    name: str
    first: int
    end: int


class MarkedSpan(NamedTuple):
    """Visible characters ``first`` to before ``end`` of a text, counted from 0 without white space."""

    name: str
    first: int
    end: int


def without_marks(text: str) -> tuple[str, tuple[MarkedSpan, ...]]:
    """The text without its ``<mark name>`` and ``</mark>``, and what stood between them. A text that opens none is as it
    is. Raises Problem for a mark that is not closed, closes nothing, or stands inside another.
    """
    if not OPENING.search(text):
        return text, ()
    plain, spans, opened, done = "", list[MarkedSpan](), None, 0
    for tag in TAG.finditer(text):
        plain, done = plain + text[done : tag.start()], tag.end()
        if (tag[1] is None) == (opened is None):
            raise _unpaired(tag[0])
        if opened is None:
            opened = tag[1], _visible(plain)
        else:
            spans.append(MarkedSpan(*opened, _visible(plain)))
            opened = None
    if opened is not None:
        raise _unpaired(f"<mark {opened[0]}>")
    return plain + text[done:], tuple(spans)


def marks_of(sentence: Sentence, spans: Sequence[MarkedSpan], *, before: int = 0) -> Iterator[Mark]:
    """Which words the spans hold: those that begin in them; a span without a word is left out. before: how many words
    stand before the sentence's own.
    """
    begins = [_visible(sentence.text[: word.start]) for word in sentence.words]
    for span in spans:
        held = [number for number, begin in enumerate(begins) if span.first <= begin < span.end]
        if held:
            yield Mark(span.name, before + held[0], before + held[-1] + 1)


def read_marks(pair: "SentencePair", cuts: Mapping[str, tuple[str, ...]] = NO_CUTS) -> "SentencePair":
    """The pair without the marks that stand in its texts, which it then has as its ``marks``. cuts: words of a text that
    somebody has decided, in place of the pair's own. Raises Problem as ``without_marks``.
    """
    (source, of_a), (target, of_b) = without_marks(pair.source), without_marks(pair.target)
    plain = replace(
        pair,
        source=source,
        target=target,
        source_words=cuts.get(source, pair.source_words),
        target_words=cuts.get(target, pair.target_words),
    )
    if not of_a and not of_b:
        return plain
    return replace(plain, marks=(*marks_of(plain.a, of_a), *marks_of(plain.b, of_b, before=len(plain.a.words))))


def with_mark(pair: "SentencePair", first: int, last: int, name: str) -> "SentencePair":
    """The texts with all marks of the pair written into them, and one more: words ``first`` to ``last``, counted from 0
    over A and B; a mark that begins in A ends there. Raises Problem for a name that no mark can have, and for words that
    are marked already.
    """
    words_of_a = len(pair.a.words)
    end = min(max(first, last) + 1, words_of_a if min(first, last) < words_of_a else max(first, last) + 1)
    added = Mark(name.strip(), min(first, last), end)
    if not OPENING.fullmatch(f"<mark {added.name}>"):
        raise Problem(
            _("“{name}” cannot be the name of a region.").format(name=name), _("Use letters, without < and >.")
        )
    if any(begin < added.end and added.first < stop for _name, begin, stop in pair.marks):
        raise Problem(
            _("Some of these words are in a region already."), _("Choose others, or edit the marks in the text.")
        )
    marks = sorted((Mark(*mark) for mark in (*pair.marks, added)), key=lambda mark: -mark.first)
    return replace(
        pair,
        source=_with_tags(pair.a, marks, 0),
        target=_with_tags(pair.b, marks, words_of_a),
        # Without the spaces that somebody typed between Chinese words, they would be cut anew.
        source_words=pair.source_words or _cut_by_spaces(pair.source, pair.a),
        target_words=pair.target_words or _cut_by_spaces(pair.target, pair.b),
        marks=(),
    )


def _with_tags(sentence: Sentence, marks: Sequence[Mark], before: int) -> str:
    """marks: the last first. before: how many words stand before the sentence's own."""
    text = sentence.text
    for name, first, end in marks:
        if before <= first < before + len(sentence.words):
            start, close = sentence.words[first - before].start, sentence.words[end - 1 - before].end
            text = f"{text[:start]}<mark {name}>{text[start:close]}</mark>{text[close:]}"
    return text


def _cut_by_spaces(typed: str, sentence: Sentence) -> tuple[str, ...]:
    """The words of a sentence whose text is not what was typed; none of any other."""
    return tuple(word.text for word in sentence.words) if typed != sentence.text else ()


def region_names(marks: Sequence[Mark]) -> tuple[str, ...]:
    """In the order in which they are first marked."""
    return tuple(dict.fromkeys(name for name, _first, _end in marks))


def regions_on(marks: Sequence[Mark], sides: Sequence[str], words_of_a: int) -> list[str]:
    """The region of each position of an axis; ``OTHER`` for a word that is in none. sides: the sentence of each
    position; what is of none, such as padding, has no region (empty).
    """
    counted = Counter({"b": words_of_a})
    regions = []
    for side in sides:
        number = counted[side]
        counted[side] += 1
        within = (name for name, first, end in marks if first <= number < end)
        regions.append(next(within, OTHER) if side else "")
    return regions


def _visible(text: str) -> int:
    return len(re.sub(r"\s", "", text))


def _unpaired(tag: str) -> Problem:
    return Problem(
        _("The mark “{tag}” has no other end, or stands inside another.").format(tag=tag),
        _("Write marks one behind the other, each like this: {example}").format(example=EXAMPLE),
    )
