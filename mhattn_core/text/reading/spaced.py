"""Sentences whose words have spaces between them."""

from collections.abc import Iterable

import regex

# Chinese and Japanese characters with their punctuation and full-width forms: no space is written beside them.
SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\u3000-\u303f\uff00-\uffef]"
SPACE_BESIDE = regex.compile(rf"(?<={SPACELESS}) +| +(?={SPACELESS})")


def as_written(spaced: str) -> str:
    """A sentence without the spaces that only cut Chinese or Japanese words."""
    return SPACE_BESIDE.sub("", spaced)


def joined(words: Iterable[str]) -> str:
    """The sentence that these words make."""
    return as_written(" ".join(words))
