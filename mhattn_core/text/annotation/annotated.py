"""Sentences with what is known about their words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mhattn_core.text.own_mask import OwnMask
from mhattn_core.text.pharaoh import Alignment

Language = Literal["en", "zh", ""]
"""The languages for which there are word lists; the empty one is any other."""
ROOT = -1


@dataclass(frozen=True, slots=True)
class AnnotatedWord:
    """A word of the grid. ``lemma`` is in lower case. ``upos`` and ``deprel`` are of Universal Dependencies, empty
    where not known.

    ``head`` is the position of its head in the same sentence, counted from 0; -1 at a root and where there is no tree.
    """

    text: str
    lemma: str
    upos: str = ""
    head: int = ROOT
    deprel: str = ""

    @property
    def relation(self) -> str:
        """The dependency without its subtype: ``nsubj`` for ``nsubj:pass``."""
        return self.deprel.partition(":")[0]


@dataclass(frozen=True)
class Similarity:
    """Likeness of two words in meaning, such as the cosine of their static vectors; from ``related`` on, two words
    count as tied.
    """

    of: Callable[[str, str], float]
    related: float


@dataclass(frozen=True)
class Resources:
    """What a person brings: strength of feeling by word (see ``read_valence``) for languages without a lexicon, and
    static vectors; a pattern to look for; and words with what may stand in their place (see ``read_replacements``).

    name: tells them from others, such as a hash of their files.
    """

    valence: Mapping[str, float] = field(default_factory=dict)
    similarity: Similarity | None = None
    name: str = ""
    mask: OwnMask | None = None
    replacements: Mapping[str, str] = field(default_factory=dict)


NO_RESOURCES = Resources()


@dataclass(frozen=True)
class AnnotatedSentence:
    """The words of one sentence as the word grid has them. ``tree``: whether heads and dependencies are known;
    ``gold``: whether a person drew them.
    """

    words: tuple[AnnotatedWord, ...] = ()
    language: Language = ""
    tree: bool = False
    resources: Resources = NO_RESOURCES
    gold: bool = False

    def dependents(self, head: int, *relations: str) -> list[int]:
        """The words that hang on ``head``, of these relations only if any are named."""
        return [
            place
            for place, word in enumerate(self.words)
            if word.head == head and (not relations or word.relation in relations)
        ]


@dataclass(frozen=True)
class Annotated:
    """A pair of annotated sentences, the second possibly without words; links of ``alignment`` count words of a and of
    b.
    """

    a: AnnotatedSentence
    b: AnnotatedSentence = AnnotatedSentence()
    alignment: Alignment | None = None

    @property
    def tags(self) -> list[str]:
        """The word class of each word, of A and on through B; empty where not known."""
        return [word.upos for side in (self.a, self.b) for word in side.words]

    @property
    def sides(self) -> Sequence[tuple[int, AnnotatedSentence]]:
        """The sentences that have words, each with the number of words before it."""
        return [(start, side) for start, side in ((0, self.a), (len(self.a.words), self.b)) if side.words]
