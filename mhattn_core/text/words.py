"""Cutting a sentence into the words on which models meet.

Words are those of Unicode's default word boundaries (UAX #29), but that a point or a colon between letters cuts
(``e.g.``, ``a:b``); Chinese is cut by jieba, languages that write no spaces by ``segmenters``. Spaces that a person
types between Chinese characters
are cuts of theirs: they win over jieba inside that stretch of Chinese, and are not fed to the model.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.segmenters import COMPLEX, JAPANESE, is_japanese, segment, unsegmented

HAN = r"\p{Han}"
HAN_STRETCH = regex.compile(rf"{HAN}\p{{M}}*(?:\s*{HAN}\p{{M}}*)*")
SPACE_BETWEEN_HAN = regex.compile(rf"(?<={HAN}\p{{M}}*)\s+(?={HAN})")
MARKS = regex.compile(r"\p{M}+")
# What belongs to the character before it, visible or not: accents, joiners, soft hyphens (rule WB4).
HANGS = r"[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]*"
LETTER = rf"(?!{HAN}|\p{{lb=SA}})[\p{{L}}\p{{N}}_]{HANGS}"
# Apostrophes and the like between letters (WB6, WB7, WB11, WB12); a double quotation mark between Hebrew ones (WB7b).
INSIDE = rf"(?![.:．﹒：︓﹕])[\p{{WB=MidLetter}}\p{{WB=MidNumLet}}\p{{WB=Single_Quote}}]{HANGS}|(?<=\p{{Hebrew}}{HANGS})\"(?=\p{{Hebrew}})"
# A number with its point or comma; letters; else one visible character with whatever combines with it (an emoji
# sequence).
WORD = regex.compile(
    rf"\p{{N}}+(?:[.,]\p{{N}}+)+|(?:{LETTER})+(?:(?:{INSIDE})(?:{LETTER})+)*|(?![\s\p{{Cf}}\p{{Cc}}])\X"
)
# Stretches without spaces, which dictionaries cut: of a Japanese text, and of any other.
JAPANESE_STRETCH = regex.compile(rf"{JAPANESE}|{COMPLEX}")
STRETCH = regex.compile(rf"{HAN_STRETCH.pattern}|{COMPLEX}")


@dataclass(frozen=True)
class Word:
    """A word and its place in the text that is fed: characters ``start`` to ``end``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """The text as fed to a model, and its words in order; no character belongs to two words.

    ``unsegmented``: languages in it whose words could not be told (see ``segmenters``); of those, what stands between
    two spaces is one word.
    """

    text: str
    words: tuple[Word, ...]
    unsegmented: tuple[str, ...] = ()

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
    return Sentence(text, tuple(_words(text, cuts)), unsegmented(text))


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
    japanese = is_japanese(text)
    done = 0
    for stretch in [*(JAPANESE_STRETCH if japanese else STRETCH).finditer(text), None]:
        end = stretch.start() if stretch else len(text)
        for found in WORD.finditer(text, done, end):
            yield Word(found.group(), found.start(), found.end())
        if stretch is None:
            return
        start = stretch.start()
        for length in _lengths(text, stretch.start(), stretch.end(), cuts, japanese):
            yield Word(text[start : start + length], start, start + length)
            start += length
        done = stretch.end()


def _lengths(text: str, start: int, end: int, cuts: dict[int, list[int]], japanese: bool) -> Iterator[int]:
    """Lengths of the words of a stretch without spaces: as typed where somebody typed cuts, else by a dictionary."""
    split_words = segment if japanese or not HAN_STRETCH.match(text, start) else _chinese
    for typed in [*(at for at in sorted(cuts) if start <= at < end), end]:
        if start < typed:
            yield from map(len, split_words(text[start:typed]))
        yield from cuts.get(typed, [])
        start = typed + sum(cuts.get(typed, []))


def _chinese(stretch: str) -> list[str]:
    """By jieba, which takes a sign that chooses a character's form (a variation selector) for a word."""
    import jieba  # a cold server's first page does not wait for it

    jieba.setLogLevel(logging.WARNING)
    words: list[str] = []
    for word in jieba.cut(stretch):
        if words and MARKS.fullmatch(word):
            words[-1] += word
        else:
            words.append(word)
    return words


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
