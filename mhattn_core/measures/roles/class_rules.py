"""What word classes alone give: “the nearest noun after this word”, the rule that a head of a relation has to beat."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int

UPOS = (
    *("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM"),
    *("PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"),
)
UNIONS = (
    ("NOUN", "PROPN"),
    ("NOUN", "PROPN", "PRON"),
    ("VERB", "AUX"),
    ("VERB", "ADJ"),
    ("VERB", "ADJ", "NOUN", "PROPN"),
)
CLASSES: tuple[tuple[str, ...], ...] = (*((tag,) for tag in UPOS), *UNIONS)
"""Word classes that a rule may name: each of Universal Dependencies alone, and five unions."""
SIDES = ("before", "after")
RULES: tuple[tuple[str, str], ...] = tuple(("+".join(tags), side) for side in SIDES for tags in CLASSES)
"""(class, side) of each rule, in the order of its bits."""

_MEMBERS = np.array([[tag in tags for tags in CLASSES] for tag in UPOS] + [[False] * len(CLASSES)])
_NUMBER = {tag: number for number, tag in enumerate(UPOS)}


def class_members(
    tags: Sequence[Sequence[str]], word: Int[np.ndarray, "text word"]
) -> Bool[np.ndarray, "text word class"]:
    """Which class each word of an axis belongs to, bool ``[text, word, class]``.

    tags: the word classes of each text, empty where not known. word int ``[text, word]``: which of its text's words
    stands there, -1 for none.
    """
    longest = max(map(len, tags), default=0) + 1
    numbers = np.full((len(tags), longest), len(UPOS))
    for row, own in enumerate(tags):
        numbers[row, : len(own)] = [_NUMBER.get(tag, len(UPOS)) for tag in own]
    return _MEMBERS[np.take_along_axis(numbers, np.where(word < 0, longest - 1, word), axis=1)]


def rule_hits(
    members: Bool[np.ndarray, "text word class"],
    text: Int[np.ndarray, " question"],
    before: Int[np.ndarray, " question"],
    after: Int[np.ndarray, " question"],
    answer: Int[np.ndarray, " question"],
) -> Bool[np.ndarray, "question rule"]:
    """Whether the nearest word of each class on each side is the right one, bool ``[question, rule]`` as in ``RULES``.

    members: see ``class_members``, of the axis on which answers stand; text int ``[question]``: the question's row.
    before, after int ``[question]``: the last place that counts as before the asking word, and the first as after it
    (one less and one more than its own on its own axis). answer int ``[question]``.
    """
    words = members.shape[1]
    at = np.arange(words)[:, None]
    # Of each class the last word up to a place, and the first from a place on; -1 and ``words`` where there is none.
    last = np.maximum.accumulate(np.where(members, at, -1), axis=1)
    first = np.minimum.accumulate(np.where(members, at, words)[:, ::-1], axis=1)[:, ::-1]
    last = np.pad(last, ((0, 0), (1, 0), (0, 0)), constant_values=-1)
    first = np.pad(first, ((0, 0), (0, 1), (0, 0)), constant_values=words)
    found = np.concatenate([last[text, before + 1], first[text, np.minimum(after, words)]], axis=1)
    return found == answer[:, None]
