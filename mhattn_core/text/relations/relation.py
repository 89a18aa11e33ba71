"""What a relation is, and the list of all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from mhattn_core.text.annotation.annotated import Annotated, AnnotatedSentence, Language

Item = tuple[int, int]
"""Query word and key word, counted through sentence A and on through B."""
Group = Literal["syntax", "semantics", "context", "sentiment", "sound", "position", "distance", "rare", "alignment"]
Need = Literal["tree", "part of speech", "lexicon", "valence", "similarity", "both sentences", "alignment"]
Find = Callable[[Annotated], Iterable[Item]]
FindInSentence = Callable[[AnnotatedSentence], Iterable[Item]]


@dataclass(frozen=True)
class Relation:
    """A tie between words. ``find`` gives its items, from the dependent to its head, or from the later word to the
    earlier where neither governs the other; the opposite direction is the scorer's.

    needs: without them it cannot be told. languages: those for which it has word lists; none means any. source: where
    it comes from.
    control: items matched with its own (see ``controls``), which the same head should not score as high on.
    """

    name: str
    group: Group
    find: Find
    source: str
    needs: frozenset[Need] = frozenset()
    languages: tuple[Language, ...] = ()
    control: Find | None = None


RELATIONS: dict[str, Relation] = {}
"""All relations by name, in the order in which they are shown."""


def register(relation: Relation) -> Relation:
    """Add to ``RELATIONS``. Raises ValueError where the name is taken."""
    if relation.name in RELATIONS:
        raise ValueError(f"two relations are called {relation.name}")
    RELATIONS[relation.name] = relation
    return relation


def relation(
    name: str,
    group: Group,
    *needs: Need,
    source: str,
    languages: tuple[Language, ...] = (),
    control: Callable[[FindInSentence], FindInSentence] | None = None,
) -> Callable[[FindInSentence], FindInSentence]:
    """Register a function of one sentence as a relation inside either sentence of a pair.

    control: makes of that function the one that finds the control's items.
    """

    def add(find: FindInSentence) -> FindInSentence:
        matched = in_each(control(find), languages) if control else None
        register(Relation(name, group, in_each(find, languages), source, frozenset(needs), languages, matched))
        return find

    return add


def in_each(find: FindInSentence, languages: tuple[Language, ...] = ()) -> Find:
    """The items of both sentences, of those in these languages if any are named."""

    def of_pair(annotated: Annotated) -> list[Item]:
        return [
            (start + query, start + key)
            for start, side in annotated.sides
            if not languages or side.language in languages
            for query, key in find(side)
        ]

    return of_pair
