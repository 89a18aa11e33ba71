"""The nearest word of a class, by hand and against a plain search."""

from collections.abc import Sequence

import numpy as np
import pytest

from mhattn_core.attention.word_layer import word_axes
from mhattn_core.measures.roles.class_rules import RULES, UPOS, class_members, rule_hits
from mhattn_core.measures.roles.collect import BatchPairs, class_hits
from mhattn_core.measures.roles.links import Links, questions

TAGS = ["DET", "NOUN", "VERB", "DET", "ADJ", "NOUN"]


def right(found: np.ndarray) -> set[tuple[str, str]]:
    return {rule for rule, hit in zip(RULES, found, strict=True) if hit}


def nearest(tags: Sequence[str], asked: int, rule: tuple[str, str]) -> int:
    """By looking word after word."""
    wanted, side = rule[0].split("+"), rule[1]
    places = range(asked - 1, -1, -1) if side == "before" else range(asked + 1, len(tags))
    return next((place for place in places if tags[place] in wanted), -1)


def test_rules_by_hand() -> None:
    members = class_members([TAGS], np.arange(6)[None])
    asked, answer = np.array([5, 0, 1]), np.array([2, 5, 2])
    found = rule_hits(members, np.zeros(3, int), asked - 1, asked + 1, answer)
    # From the last noun back to the verb; from the first determiner to the last noun, which is no rule's nearest;
    # from the subject on to the verb.
    assert right(found[0]) == {("VERB", "before"), ("VERB+AUX", "before")}
    assert right(found[1]) == set()
    assert right(found[2]) == {(name, "after") for name in ("VERB", "VERB+AUX", "VERB+ADJ", "VERB+ADJ+NOUN+PROPN")}


def test_every_rule_equals_a_plain_search() -> None:
    random = np.random.default_rng(4)
    tags = [list(random.choice(UPOS[:9], size)) for size in (7, 12)]
    word = np.full((2, 12), -1)
    word[0, :7], word[1] = np.arange(7), np.arange(12)
    members = class_members(tags, word)
    for text, own in enumerate(tags):
        cells = np.array(
            [(asked, answer) for asked in range(len(own)) for answer in range(len(own)) if asked != answer]
        )
        found = rule_hits(members, np.full(len(cells), text), cells[:, 0] - 1, cells[:, 0] + 1, cells[:, 1])
        for (asked, answer), bits in zip(cells, found, strict=True):
            assert right(bits) == {rule for rule in RULES if nearest(own, asked, rule) == answer}


def test_texts_without_word_classes_have_no_rule() -> None:
    members = class_members([["", ""], []], np.array([[0, 1], [-1, -1]]))
    assert not members.any()


@pytest.mark.parametrize(("direction", "expected"), [("dependent_to_head", "before"), ("column", "after")])
def test_between_two_texts_a_rule_starts_as_far_into_the_other(direction: str, expected: str) -> None:
    """Two source words, four target words: target word 3 stands where source word 1.25 would, source word 0 where
    target word 0.5 would.
    """
    words = [np.array([(0, 0, 1), (0, 2, 3), *((1, 2 * place, 2 * place + 1) for place in range(4))])]
    of_a, of_b = ([part[part[:, 0] == side] for part in words] for side in (0, 1))
    axes = word_axes("cross", 1, of_b, of_a, words)
    corpus = BatchPairs(["x"], [0], [2], [["VERB", "NOUN", "DET", "ADJ", "ADJ", "NOUN"]], ["alignment"])
    link = Links(*(np.array([number]) for number in (0, 0, 3, 1))) if direction == "dependent_to_head" else None
    link = link or Links(*(np.array([number]) for number in (0, 0, 1, 0)))
    asked = questions(link, direction, one_text=False)  # type: ignore[arg-type]
    found = right(class_hits(axes, asked, corpus)[0])
    name = "NOUN" if direction == "dependent_to_head" else "ADJ"
    assert (name, expected) in found
    assert all(name in rule.split("+") for rule, _side in found)
