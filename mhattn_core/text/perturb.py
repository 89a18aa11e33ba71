"""Small changes of a pair of sentences, each with what became of every word: what perturbing and comparing rests on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from random import Random
from typing import NamedTuple

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading.separated import read_csv, read_tsv
from mhattn_core.text.words import Sentence, cut

NAMES = ("word", "replacement")
"""What a list of replacements may call its columns."""
SHOWN = 60


class WordAt(NamedTuple):
    """A word of sentence ``a`` or ``b``, counted from 0."""

    side: str
    number: int


class WordLink(NamedTuple):
    """What became of a word: ``before`` and ``after``, None where it is new or gone; ``kept``: the word is the same."""

    before: WordAt | None
    after: WordAt | None
    kept: bool


@dataclass(frozen=True)
class Perturbed:
    """A changed ``pair`` and its words beside those of the pair that it was made of, which stand in ``links`` in the
    order of the first, new ones behind the word that they follow. call: Python that makes it of ``pair``.
    """

    pair: SentencePair
    links: tuple[WordLink, ...]
    call: str


def edited(pair: SentencePair, source: str, target: str | None = None) -> Perturbed:
    """The sentences as somebody rewrote them; None leaves the second one. A word in place of another is a replacement
    of it, see ``aligned``.
    """
    target = pair.target if target is None else target
    changed = replace(
        pair,
        source=source,
        target=target,
        source_words=pair.source_words if source == pair.source else (),
        target_words=pair.target_words if target == pair.target else (),
    )
    links = [
        link
        for side, before, after in (("a", pair.a, changed.a), ("b", pair.b, changed.b))
        for link in aligned(side, _texts(before), _texts(after))
    ]
    return Perturbed(changed, tuple(links), f"edited(pair, {source!r}, {target!r})")


def swapped(pair: SentencePair) -> Perturbed:
    """A and B in each other's place."""
    links = [
        WordLink(WordAt(side, number), WordAt(other, number), True)
        for side, other, sentence in (("a", "b", pair.a), ("b", "a", pair.b))
        for number in range(len(sentence.words))
    ]
    return Perturbed(pair.turned, tuple(links), "swapped(pair)")


def masked(pair: SentencePair, word: int) -> Perturbed:
    """One word, counted from 0 over A and B, behind the mask token of the model that reads it; see ``SentencePair``."""
    links = [WordLink(at, at, number != word) for number, at in enumerate(words_of(pair))]
    return Perturbed(replace(pair, masked=(word,)), tuple(links), f"masked(pair, {word})")


def shuffled(pair: SentencePair, seed: int) -> Perturbed:
    """The words of each sentence in a random order; what stands between them, and signs without a letter or digit,
    stay where they are. The order hangs on the sentence and the seed alone.
    """
    orders = {side: _order(sentence, seed) for side, sentence in (("a", pair.a), ("b", pair.b))}
    texts = {
        side: _written(sentence, [sentence.words[at].text for at in orders[side]])
        for side, sentence in (("a", pair.a), ("b", pair.b))
    }
    links = [
        WordLink(WordAt(side, before), WordAt(side, order.index(before)), True)
        for side, order in orders.items()
        for before in range(len(order))
    ]
    return Perturbed(_with_words(pair, texts), tuple(links), f"shuffled(pair, {seed})")


def replaced(pair: SentencePair, replacements: Mapping[str, str]) -> Perturbed:
    """Each word that the list has, in capitals or not, gives way to its replacement, which begins with a capital where
    the word does. Raises Problem where it has none of them.
    """
    texts, links = dict[str, tuple[str, tuple[str, ...]]](), list[WordLink]()
    for side, sentence in (("a", pair.a), ("b", pair.b)):
        new = [_replacement(word, replacements) for word in _texts(sentence)]
        cuts = [_texts(cut(one)) if one else [word] for one, word in zip(new, _texts(sentence), strict=True)]
        written = _written(sentence, [one or word for one, word in zip(new, _texts(sentence), strict=True)])[0]
        texts[side] = written, tuple(word for words in cuts for word in words)
        links += _one_by_one(side, cuts, [one is None for one in new])
    if all(link.kept for link in links):
        raise Problem(
            _("The list has no word of these sentences."),
            _("It needs a line such as “{example}”.").format(example=f"{_first_word(pair)},…"),
        )
    return Perturbed(_with_words(pair, texts), tuple(links), f"replaced(pair, {dict(replacements)!r})")


def read_replacements(name: str, content: bytes) -> dict[str, str]:
    """A list of words and what to put in their place, two columns with or without their names, as .csv or .tsv; of a
    word that stands there twice the first. Raises Problem for a line that is not so, naming it.
    """
    table = read_tsv(name, content) if name.lower().endswith(".tsv") else read_csv(name, content)
    replacements: dict[str, str] = {}
    for row in table.rows:
        cells = [str(cell).strip() for cell in row.cells]
        if not any(cells) or tuple(cell.casefold() for cell in cells[:2]) == NAMES:
            continue
        if row.fault or len(cells) < 2 or not all(cells[:2]):
            raise Problem(
                _("Line {line} of “{name}” does not give a word and its replacement.").format(line=row.line, name=name),
                _("Write one word a line, then a comma or a tab, then what is to stand in its place."),
            )
        replacements.setdefault(cells[0].casefold(), cells[1])
    return replacements


def words_of(pair: SentencePair) -> list[WordAt]:
    """All words of the pair, A before B."""
    return [
        WordAt(side, number)
        for side, sentence in (("a", pair.a), ("b", pair.b))
        for number in range(len(sentence.words))
    ]


def numbered(pair: SentencePair) -> dict[str, str]:
    """What ``masked`` calls each word, as text, and the word with its number for people, from 1."""
    texts = [*_texts(pair.a), *_texts(pair.b)]
    return {str(number): f"{word} · {number + 1}" for number, word in enumerate(texts)}


def aligned(side: str, before: Sequence[str], after: Sequence[str]) -> Iterator[WordLink]:
    """Two versions of a sentence word by word, by difflib's longest matching blocks. Of a stretch that gave way to
    another the first words are replaced one by one; what the longer one has beyond is new, or gone.
    """
    for _tag, first, end, first_after, end_after in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for step in range(max(end - first, end_after - first_after)):
            old, new = first + step, first_after + step
            yield WordLink(
                WordAt(side, old) if old < end else None,
                WordAt(side, new) if new < end_after else None,
                _tag == "equal",
            )


class AxisLink(NamedTuple):
    """A ``WordLink`` on an axis of a pattern: the positions before and after, None where there is none."""

    before: int | None
    after: int | None
    kept: bool


def on_axis(links: Sequence[WordLink], before: Sequence[str], after: Sequence[str]) -> list[AxisLink]:
    """What became of each word of an axis. before, after: the sentence of each position of the axis both times; what is
    of none, such as padding, has no word. Links of which neither word is on the axis are left out.
    """
    old, new = _positions(before), _positions(after)
    found = [
        AxisLink(link.before and old.get(link.before), link.after and new.get(link.after), link.kept) for link in links
    ]
    return [link for link in found if link[:2] != (None, None)]


def _positions(sides: Sequence[str]) -> dict[WordAt, int]:
    counted = Counter[str]()
    positions = {}
    for position, side in enumerate(sides):
        positions[WordAt(side, counted[side])] = position
        counted[side] += 1
    return positions


def has_letters(word: str) -> bool:
    """Whether it is more than a sign."""
    return any(character.isalnum() for character in word)


def _texts(sentence: Sentence) -> list[str]:
    return [word.text for word in sentence.words]


def _order(sentence: Sentence, seed: int) -> list[int]:
    """Which word stands at each place; another order than the sentence's where there is one."""
    words = _texts(sentence)
    free = [number for number, word in enumerate(words) if has_letters(word)]
    order, random = list(range(len(words))), Random(f"{seed}\n{sentence.text}")  # noqa: S311  nothing secret
    while len({words[at] for at in free}) > 1 and [words[at] for at in order] == words:
        for number, at in zip(free, random.sample(free, len(free)), strict=True):
            order[number] = at
    return order


def _written(sentence: Sentence, words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The sentence with other words in the place of its own, and these words."""
    ends = [0, *(word.end for word in sentence.words)]
    starts = [*(word.start for word in sentence.words), len(sentence.text)]
    gaps = [sentence.text[end:start] for end, start in zip(ends, starts, strict=True)]
    return "".join(gap + word for gap, word in zip(gaps, [*words, ""], strict=True)), tuple(words)


def _with_words(pair: SentencePair, texts: Mapping[str, tuple[str, tuple[str, ...]]]) -> SentencePair:
    (source, source_words), (target, target_words) = texts["a"], texts["b"]
    return replace(pair, source=source, target=target, source_words=source_words, target_words=target_words)


def _replacement(word: str, replacements: Mapping[str, str]) -> str | None:
    new = replacements.get(word.casefold())
    if new is None:
        return None
    return new[:1].upper() + new[1:] if word[:1].isupper() else new


def _one_by_one(side: str, cuts: Sequence[Sequence[str]], kept: Sequence[bool]) -> Iterator[WordLink]:
    """Each word and what it gave way to; what a replacement has beyond its first word is new."""
    after = 0
    for before, (words, same) in enumerate(zip(cuts, kept, strict=True)):
        for step in range(len(words)):
            yield WordLink(None if step else WordAt(side, before), WordAt(side, after), same)
            after += 1


def _first_word(pair: SentencePair) -> str:
    return next(filter(has_letters, _texts(pair.a)), "")[:SHOWN]
