"""What is known about the words of a sentence: lemma, part of speech, place in the tree."""

from mhattn_core.text.annotation.annotate import annotate, annotate_pair, language_of
from mhattn_core.text.annotation.annotated import Annotated, AnnotatedSentence, AnnotatedWord, Language, Resources, Similarity

__all__ = [
    "Annotated",
    "AnnotatedSentence",
    "AnnotatedWord",
    "Language",
    "Resources",
    "Similarity",
    "annotate",
    "annotate_pair",
    "language_of",
]
