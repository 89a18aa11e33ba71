"""The words that cards list: common ones, so that a share means something and the sums stay small."""

from collections import Counter
from collections.abc import Iterable

FEWEST, MOST = 5, 4000
"""How often a word must stand in the pairs, and how many words are told apart at most, the commonest first."""


def form(word: str) -> str:
    """The word as it is counted: large and small letters are one."""
    return word.casefold()


def vocabulary(words: Iterable[str]) -> list[str]:
    """The forms that are listed, the commonest first."""
    counts = Counter(map(form, words))
    common = sorted((-count, word) for word, count in counts.items() if count >= FEWEST)
    return [word for _count, word in common[:MOST]]
