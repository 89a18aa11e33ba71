"""What is known about the words of a sentence: lemma, part of speech, place in the tree."""

from mhattn_core.text.annotation.annotate import annotate, language_of
from mhattn_core.text.annotation.annotated import (
    NO_RESOURCES,
    Annotated,
    AnnotatedSentence,
    AnnotatedWord,
    Language,
    Resources,
    Similarity,
)

__all__ = [
    "NO_RESOURCES",
    "Annotated",
    "AnnotatedSentence",
    "AnnotatedWord",
    "Language",
    "Resources",
    "Similarity",
    "annotate",
    "language_of",
]
