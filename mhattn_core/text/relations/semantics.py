"""Ties of meaning: from a word to the nearest one before it that is alike, and to the word most like it by static
vectors.
"""

from collections.abc import Callable, Iterator

from mhattn_core.text.annotation.annotated import AnnotatedSentence, AnnotatedWord
from mhattn_core.text.relations.controls import same_distance, same_part_of_speech
from mhattn_core.text.relations.relation import Item, relation
from mhattn_core.text.relations.word_lists import classes, listed

LEXICAL = ("NOUN", "PROPN", "VERB", "ADJ")
NOT_WORDS = ("PUNCT", "SYM")


def has_letters(word: AnnotatedWord) -> bool:
    return any(character.isalnum() for character in word.text) and word.upos not in NOT_WORDS


def nearest_before(sentence: AnnotatedSentence, key: Callable[[AnnotatedWord], str]) -> Iterator[Item]:
    """From each word to the nearest earlier one with the same key; an empty key ties nothing."""
    last: dict[str, int] = {}
    for place, word in enumerate(sentence.words):
        if found := key(word):
            if found in last:
                yield place, last[found]
            last[found] = place


@relation("same_word", "semantics", source="ours; duplicate-token heads: Wang et al. 2023 (IOI)", control=same_distance)
def same_word(sentence: AnnotatedSentence) -> Iterator[Item]:
    """The same word again, upper case or lower."""
    return nearest_before(sentence, lambda word: word.text.lower() if has_letters(word) else "")


@relation(
    "same_lemma",
    "semantics",
    "part of speech",
    source="ours, after the head-match rule in Clark et al. 2019, Table 2",
    control=same_part_of_speech,
)
def same_lemma(sentence: AnnotatedSentence) -> Iterator[Item]:
    """Another form of the same word: sat → sits. The same form is ``same_word``."""
    items = nearest_before(sentence, lambda word: word.lemma if word.upos in LEXICAL else "")
    return (
        (query, key) for query, key in items if sentence.words[query].text.lower() != sentence.words[key].text.lower()
    )


@relation(
    "same_part_of_speech",
    "semantics",
    "part of speech",
    source="ours, after the note's “cat and mat, both nouns”; Vig and Belinkov 2019, section 4.2",
    control=same_distance,
)
def same_part_of_speech_before(sentence: AnnotatedSentence) -> Iterator[Item]:
    """Noun to noun, verb to verb, adjective to adjective."""
    return nearest_before(sentence, lambda word: word.upos if word.upos in LEXICAL else "")


@relation(
    "same_category",
    "semantics",
    "lexicon",
    source="ours, after the note's “animals: fox, dog”; word lists of this project",
    languages=("en", "zh"),
    control=same_part_of_speech,
)
def same_category(sentence: AnnotatedSentence) -> Iterator[Item]:
    """Another word of its class (animals, colours, food, weather …), not the same word."""
    category = classes("category", sentence.language)
    items = nearest_before(sentence, lambda word: category.get(word.lemma, "") or category.get(word.text.lower(), ""))
    return ((query, key) for query, key in items if sentence.words[query].lemma != sentence.words[key].lemma)


@relation(
    "association",
    "semantics",
    "similarity",
    source="ours, after the note's “weather – go out”; cosine of static vectors",
    control=same_part_of_speech,
)
def association(sentence: AnnotatedSentence) -> Iterator[Item]:
    """From each lexical word to the earlier one most like it by static vectors, if they are alike enough to count as
    tied.
    """
    similarity = sentence.resources.similarity
    if similarity is None:
        return
    words = sentence.words
    lexical = [place for place, word in enumerate(words) if is_lexical(word, sentence)]
    for number, query in enumerate(lexical):
        others = [key for key in lexical[:number] if words[key].lemma != words[query].lemma]
        scored = [(similarity.of(words[query].text, words[key].text), key) for key in others]
        if scored and max(scored)[0] >= similarity.related:
            yield query, max(scored)[1]


def is_lexical(word: AnnotatedWord, sentence: AnnotatedSentence) -> bool:
    """A noun, a verb, an adjective; where parts of speech are not known, whatever is no function word of the
    language.
    """
    if word.lemma in listed("function", sentence.language):
        return False
    return word.upos in LEXICAL if word.upos else has_letters(word)
