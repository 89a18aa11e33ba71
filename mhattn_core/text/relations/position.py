"""Ties of place. A head that follows one is positional; every other relation is measured against a fixed offset."""

from collections.abc import Iterator

from mhattn_core.text.annotation.annotated import AnnotatedSentence
from mhattn_core.text.relations.controls import same_distance, same_part_of_speech
from mhattn_core.text.relations.relation import FindInSentence, Item, relation
from mhattn_core.text.relations.semantics import has_letters

OFFSETS = {"previous_word": -1, "next_word": 1, "two_before": -2, "two_after": 2}


def at(offset: int) -> FindInSentence:
    """From each word to the one so many places after it."""

    def find(sentence: AnnotatedSentence) -> Iterator[Item]:
        last = len(sentence.words) - 1
        return ((place, place + offset) for place in range(last + 1) if 0 <= place + offset <= last)

    return find


for name, offset in OFFSETS.items():
    relation(
        name,
        "position",
        source="positional heads: Voita et al. 2019, section 5.1; Clark et al. 2019, section 3.1",
        control=same_distance,
    )(at(offset))


@relation("first_word", "position", source="attention sink: Xiao et al. 2024; Gu et al. 2025", control=same_distance)
def first_word(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From each later word to the first."""
    return ((place, 0) for place in range(1, len(sentence.words)))


@relation("last_word", "position", source="ours, after the note's “The → mat”", control=same_distance)
def last_word(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From each earlier word to the last that is no punctuation."""
    last = max((place for place, word in enumerate(sentence.words) if has_letters(word)), default=0)
    return ((place, last) for place in range(last))


@relation("punctuation", "position", source="Clark et al. 2019, section 3.2", control=same_part_of_speech)
def punctuation(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From each word to the nearest mark, of two equally near the earlier."""
    marks = [
        place for place, word in enumerate(sentence.words) if not any(character.isalnum() for character in word.text)
    ]
    for place, word in enumerate(sentence.words):
        if marks and has_letters(word):
            yield place, min(marks, key=lambda mark: abs(mark - place))
