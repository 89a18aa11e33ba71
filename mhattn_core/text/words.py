"""Cutting a sentence into the words on which models meet.

English goes by whitespace and punctuation, Chinese by jieba. Spaces that a person types between Chinese characters
are cuts of theirs: they win over jieba inside that stretch of Chinese, and are not fed to the model.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jieba
import regex

from mhattn_core.errors import Problem
from mhattn_core.locale import _

jieba.setLogLevel(logging.WARNING)

HAN = r"\p{Han}"
HAN_STRETCH = regex.compile(rf"{HAN}(?:\s*{HAN})*")
SPACE_BETWEEN_HAN = regex.compile(rf"(?<={HAN})\s+(?={HAN})")
# A number with its point or comma; letters with marks and inner apostrophes; else one visible character with
# whatever combines with it (an emoji sequence, a sign with an accent).
WORD = regex.compile(
    rf"\p{{N}}+(?:[.,]\p{{N}}+)+|(?:(?!{HAN})[\p{{L}}\p{{N}}_]\p{{M}}*)+(?:['’](?:(?!{HAN})[\p{{L}}\p{{N}}_]\p{{M}}*)+)*|(?![\s\p{{Cf}}\p{{Cc}}])\X"
)


@dataclass(frozen=True)
class Word:
    """A word and its place in the text that is fed: characters ``start`` to ``end``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """The text as fed to a model, and its words in order; no character belongs to two words."""

    text: str
    words: tuple[Word, ...]

    def __bool__(self) -> bool:
        return bool(self.words)


def cut(typed: str, words: Sequence[str] | None = None) -> Sentence:
    """Cut a sentence as typed into words; ``words`` gives the cut where somebody has decided it.

    Raises Problem when a given word does not follow the one before it in the sentence.
    """
    if words:
        text = SPACE_BETWEEN_HAN.sub("", typed)
        return Sentence(text, tuple(_place(text, words)))
    text, cuts = _without_cuts(typed)
    return Sentence(text, tuple(_words(text, cuts)))


def _without_cuts(typed: str) -> tuple[str, dict[int, list[int]]]:
    """The text without spaces inside Chinese, and for each stretch so cut (by its start) where the cuts were."""
    pieces: list[str] = []
    cuts: dict[int, list[int]] = {}
    done = length = 0
    for stretch in HAN_STRETCH.finditer(typed):
        before = typed[done : stretch.start()]
        parts = stretch.group().split()
        pieces += [before, *parts]
        length += len(before)
        if len(parts) > 1:
            cuts[length] = [len(part) for part in parts]
        length += sum(map(len, parts))
        done = stretch.end()
    return "".join([*pieces, typed[done:]]), cuts


def _words(text: str, cuts: dict[int, list[int]]) -> Iterator[Word]:
    done = 0
    for stretch in [*HAN_STRETCH.finditer(text), None]:
        end = stretch.start() if stretch else len(text)
        for found in WORD.finditer(text, done, end):
            yield Word(found.group(), found.start(), found.end())
        if stretch is None:
            return
        start = stretch.start()
        lengths = cuts.get(start) or [len(part) for part in jieba.cut(stretch.group())]
        for length in lengths:
            yield Word(text[start : start + length], start, start + length)
            start += length
        done = stretch.end()


def _place(text: str, words: Sequence[str]) -> Iterator[Word]:
    end = 0
    for word in words:
        start = text.find(word, end)
        if not word.strip() or start < 0 or text[end:start].strip():
            raise Problem(
                _("The cut does not follow the sentence at “{word}”.").format(word=word),
                _("Write the same characters in the same order, and put spaces only where a word ends."),
            )
        end = start + len(word)
        yield Word(word, start, end)
    if text[end:].strip():
        raise Problem(
            _("The cut stops before the end of the sentence: “{rest}” is left over.").format(rest=text[end:].strip()),
            _("Write the same characters in the same order, and put spaces only where a word ends."),
        )
