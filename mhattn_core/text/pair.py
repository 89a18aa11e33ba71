"""A pair of sentences, or one alone."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from mhattn_core.text.feeding import AS_PAIR, Feeding
from mhattn_core.text.marks import Mark
from mhattn_core.text.words import Sentence, cut

Side = Literal["source", "target"]


@dataclass(frozen=True)
class SentencePair:
    """Two sentences as a person typed them; the second may be empty.

    ``source_words`` and ``target_words`` give the cut into words where it is known (from a file, or by hand).
    ``source_language`` and ``target_language`` are codes that a multilingual translator's tokenizer knows
    (``fra_Latn``, ``fr``);
    without them the script tells: Chinese where there are Chinese characters, English elsewhere.
    ``feeding``: how the two become what a model reads; words and their places are the same for all. Of a pair that is
    fed as ``generated``, the second is what a model wrote, empty until it has.
    ``masked``: numbers of words, counted from 0 over A and B, of which a model reads its mask token alone, once for each
    of their tokens. ``marks``: regions that a person has named.
    Raises Problem, when first read, if a given cut does not follow its sentence.
    """

    source: str
    target: str = ""
    source_words: tuple[str, ...] = ()
    target_words: tuple[str, ...] = ()
    source_language: str = ""
    target_language: str = ""
    feeding: Feeding = AS_PAIR
    masked: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def turned(self) -> "SentencePair":
        """The same pair the other way round."""
        return SentencePair(
            self.target,
            self.source,
            self.target_words,
            self.source_words,
            self.target_language,
            self.source_language,
            self.feeding,
            tuple(sorted(self._turned_word(word) for word in self.masked)),
            tuple(self._turned_mark(mark) for mark in self.marks),
        )

    def _turned_word(self, word: int) -> int:
        first = len(self.a.words)
        return word + len(self.b.words) if word < first else word - first

    def _turned_mark(self, mark: Mark) -> Mark:
        name, first, end = mark
        return Mark(name, self._turned_word(first), self._turned_word(end - 1) + 1)

    @cached_property
    def a(self) -> Sentence:
        """The first sentence as fed, with its words."""
        return cut(self.source, self.source_words)

    @cached_property
    def b(self) -> Sentence:
        """The second sentence as fed, with its words; no words if it is empty."""
        return cut(self.target, self.target_words)


def fed_pair(pair: SentencePair, feeding: Feeding) -> SentencePair:
    """The pair fed so; without its second sentence where the model is to write one."""
    if feeding.is_generated:
        pair = replace(pair, target="", target_words=())
    return replace(pair, feeding=feeding)
