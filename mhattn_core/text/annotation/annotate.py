"""From pairs to annotated pairs: the gold tree where there is one, else the parser of the language, else what a
dictionary knows.
"""

from collections.abc import Iterator, Sequence

import regex

from mhattn_core.text.annotation.annotated import (
    NO_RESOURCES,
    Annotated,
    AnnotatedSentence,
    AnnotatedWord,
    Language,
    Resources,
)
from mhattn_core.text.annotation.dictionary import part_of_speech
from mhattn_core.text.annotation.parser import parse
from mhattn_core.text.reading import GoldWord, PairRecord
from mhattn_core.text.words import Sentence

CHINESE = regex.compile(r"\p{Han}")
LATIN = regex.compile(r"\p{Latin}")
NOT_GIVEN = "_"


def annotate(
    records: Sequence[PairRecord], *, parser: bool = True, resources: Resources = NO_RESOURCES
) -> list[Annotated]:
    """Every pair, in order.

    parser: whether English sentences without a gold tree are parsed (some 3 ms each, after 6 s for loading); without
    it, and in languages for which there is none, relations of grammar cannot be told.
    """
    sides = [
        (side, language_of(side.text, code), tree)
        for record in records
        for side, code, tree in (
            (record.pair.a, record.pair.source_language, record.tree),
            (record.pair.b, record.pair.target_language, ()),
        )
    ]
    parsed = iter(parse(side for side, language, tree in sides if parser and _is_parsed(side, language, tree)))
    annotated = iter(
        [
            _sentence(
                side, language, tree, next(parsed) if parser and _is_parsed(side, language, tree) else (), resources
            )
            for side, language, tree in sides
        ]
    )
    return [Annotated(next(annotated), next(annotated), record.alignment) for record in records]


def language_of(text: str, code: str = "") -> Language:
    """The language as its code says (``zho_Hans``, ``zh``, ``eng_Latn``, ``en``), else as the script does: Chinese, or
    English for Latin letters.
    """
    if code:
        return "zh" if code.startswith(("zh", "zho", "cmn")) else "en" if code.startswith("en") else ""
    return "zh" if CHINESE.search(text) else "en" if LATIN.search(text) else ""


def _is_parsed(side: Sentence, language: Language, tree: Sequence[GoldWord]) -> bool:
    return language == "en" and bool(side) and not tree


def _sentence(
    side: Sentence,
    language: Language,
    tree: Sequence[GoldWord],
    parsed: tuple[AnnotatedWord, ...],
    resources: Resources,
) -> AnnotatedSentence:
    if tree:
        return AnnotatedSentence(tuple(_gold(tree)), language, tree=True, resources=resources, gold=True)
    if parsed:
        return AnnotatedSentence(parsed, language, tree=True, resources=resources)
    words = tuple(
        AnnotatedWord(word.text, word.text.lower(), part_of_speech(word.text) if language == "zh" else "")
        for word in side.words
    )
    return AnnotatedSentence(words, language, resources=resources)


def _gold(tree: Sequence[GoldWord]) -> Iterator[AnnotatedWord]:
    for word in tree:
        lemma = word.form if word.lemma in ("", NOT_GIVEN) else word.lemma
        yield AnnotatedWord(
            word.form, lemma.lower(), "" if word.upos == NOT_GIVEN else word.upos, word.head, word.deprel
        )
