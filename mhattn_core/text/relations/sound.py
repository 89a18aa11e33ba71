"""Ties of sound, between lexical words: a model of written words has never heard them."""

from collections.abc import Callable, Iterator

from mhattn_core.text.annotation.annotated import Annotated, AnnotatedSentence
from mhattn_core.text.relations.controls import same_part_of_speech
from mhattn_core.text.relations.phonology import Sound, sound
from mhattn_core.text.relations.relation import FindInSentence, Item, Relation, register, relation
from mhattn_core.text.relations.semantics import has_letters, is_lexical

DICTIONARIES = "CMUdict (first pronunciation); pypinyin"


def alike(key: Callable[[Sound], str]) -> FindInSentence:
    """From each lexical word to the nearest earlier one of the same sound that is another word."""

    def find(sentence: AnnotatedSentence) -> Iterator[Item]:
        earlier: list[tuple[int, str, str]] = []
        for place, word in enumerate(sentence.words):
            heard = key(sound(word.text, sentence.language)) if is_lexical(word, sentence) else ""
            if heard:
                key_word = next(
                    (where for where, lemma, other in reversed(earlier) if other == heard and lemma != word.lemma), None
                )
                if key_word is not None:
                    yield place, key_word
                earlier.append((place, word.lemma, heard))

    return find


def _long_pattern(heard: Sound) -> str:
    return heard.pattern if len(heard.pattern) > 1 else ""


for name, key, source in (
    ("rhyme", lambda heard: heard.rhyme, f"rhyme: {DICTIONARIES}; the Thirteen Rhymes for Chinese"),
    ("alliteration", lambda heard: heard.onset, f"the same first consonants: {DICTIONARIES}"),
    ("stress", _long_pattern, f"the same stress or tones in words of two syllables and more: {DICTIONARIES}"),
):
    relation(name, "sound", "lexicon", source=source, languages=("en", "zh"), control=same_part_of_speech)(alike(key))


def line_ends(annotated: Annotated) -> tuple[Item, bool] | None:
    """The last words of B and A, and whether they rhyme without being the same word; None where one of them cannot be
    heard.
    """
    ends: list[tuple[int, str, str]] = []
    for start, side in annotated.sides:
        last = max((place for place, word in enumerate(side.words) if has_letters(word)), default=-1)
        heard = sound(side.words[last].text, side.language).rhyme if last >= 0 else ""
        if heard:
            ends.append((start + last, side.words[last].lemma, heard))
    if len(ends) < 2:
        return None
    (key, lemma, heard), (query, other_lemma, other) = ends
    return (query, key), heard == other and lemma != other_lemma


def end_rhyme(annotated: Annotated) -> Iterator[Item]:
    """From the last word of line B to the last of line A where they rhyme."""
    ends = line_ends(annotated)
    if ends and ends[1]:
        yield ends[0]


def no_end_rhyme(annotated: Annotated) -> Iterator[Item]:
    """The same where they do not."""
    ends = line_ends(annotated)
    if ends and not ends[1]:
        yield ends[0]


register(
    Relation(
        "end_rhyme",
        "sound",
        end_rhyme,
        f"lines of verse as a pair: {DICTIONARIES}",
        frozenset({"both sentences", "lexicon"}),
        ("en", "zh"),
        no_end_rhyme,
    )
)
