"""Items to compare a relation's with: what a head scores on them it does not owe to the relation.

Source: matched controls of Hewitt and Liang 2019 in spirit; that candidates for verb and subject may be diagonal heads:
Kovaleva et al. 2019.
"""

from collections.abc import Callable, Iterator

from mhattn_core.text.annotation.annotated import AnnotatedSentence
from mhattn_core.text.relations.relation import FindInSentence, Item


def same_distance(find: FindInSentence) -> FindInSentence:
    """From each item's query as far to the other side, where a word stands that is no answer of its."""

    def control(sentence: AnnotatedSentence) -> Iterator[Item]:
        items = set(find(sentence))
        for query, key in sorted(items):
            mirrored = 2 * query - key
            if 0 <= mirrored < len(sentence.words) and (query, mirrored) not in items:
                yield query, mirrored

    return control


def same_part_of_speech(find: FindInSentence) -> FindInSentence:
    """From each item's query to that word of the key's part of speech whose distance is nearest to the key's, of those
    no answer of its.
    """

    def control(sentence: AnnotatedSentence) -> Iterator[Item]:
        items = set(find(sentence))
        for query, key in sorted(items):
            alike = [
                place
                for place, word in enumerate(sentence.words)
                if word.upos == sentence.words[key].upos and place != query and (query, place) not in items
            ]
            if alike:
                yield query, min(alike, key=lambda place: abs(abs(place - query) - abs(key - query)))

    return control


def instead(other: FindInSentence) -> Callable[[FindInSentence], FindInSentence]:
    """Another relation's items."""
    return lambda _find: other
