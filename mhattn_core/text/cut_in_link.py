"""The words of a sentence as a parameter of an address."""

from collections.abc import Sequence

END = "\t"
"""Ends each word in a link: a word may hold a space (New York), never a tab."""


def cut_in_link(words: Sequence[str]) -> str:
    """The words as one parameter of an address."""
    return "".join(word + END for word in words)


def cut_of_link(parameter: str) -> tuple[str, ...]:
    """The words again; also of links made when a space ended a word there."""
    return tuple(parameter.removesuffix(END).split(END)) if END in parameter else tuple(parameter.split())
