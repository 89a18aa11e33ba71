"""The word lists of the relations, written for this project."""

import tomllib
from functools import cache
from pathlib import Path

from mhattn_core.text.annotation.annotated import Language


@cache
def _file() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "word_lists.toml").read_text(encoding="utf-8"))


@cache
def listed(name: str, language: Language) -> frozenset[str]:
    """All words of a list in a language, in lower case; none where the list does not have the language."""
    return frozenset(classes(name, language))


@cache
def classes(name: str, language: Language) -> dict[str, str]:
    """Word to class in a list; a list without classes has one."""
    return {word: key for key, words in _file()[name].get(language, {}).items() for word in words.split()}
