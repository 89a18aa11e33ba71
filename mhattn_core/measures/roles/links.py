"""Links to look for in a batch, turned into questions: at which word is asked, and which word would be the right
answer.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool, Int

from mhattn_core.errors import ShapeError

Direction = Literal["dependent_to_head", "head_to_dependent", "column", "later_to_earlier"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
CROSS_DIRECTIONS: tuple[Direction, ...] = ("dependent_to_head", "column")
NO_WORD = -1

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Links:
    """Pairs of words, one entry a link; all int ``[link]``.

    pair: its row in the batch. relation: a number that stands for the relation. query, key: the dependent and its head
    (or whatever two words the relation ties), each by its place on its axis of the stack.
    """

    pair: Int[np.ndarray, " link"]
    relation: Int[np.ndarray, " link"]
    query: Int[np.ndarray, " link"]
    key: Int[np.ndarray, " link"]

    def __post_init__(self) -> None:
        if len({len(self.pair), len(self.relation), len(self.query), len(self.key)}) > 1:
            raise ShapeError("the four columns of links differ in length")


@dataclass(frozen=True, eq=False)
class Questions:
    """Links seen from one direction, int ``[question]``: at which word ``asked``, which word is right (``answer``).

    shuffled: the right answer to the next question of the same relation in the same pair, -1 where there is no other
    one or it
    is the same word: what a head scores that knows which words are answers but not to which question.
    """

    direction: Direction
    pair: Int[np.ndarray, " question"]
    relation: Int[np.ndarray, " question"]
    asked: Int[np.ndarray, " question"]
    answer: Int[np.ndarray, " question"]
    shuffled: Int[np.ndarray, " question"]

    @property
    def offset(self) -> Int[np.ndarray, " question"]:
        """How many words after the asking word the right one stands."""
        return self.answer - self.asked

    def only(self, chosen: Bool[np.ndarray, " question"]) -> "Questions":
        """Those of the questions that are ``chosen``, bool ``[question]``."""
        columns = (self.pair, self.relation, self.asked, self.answer, self.shuffled)
        return Questions(self.direction, *(column[chosen] for column in columns))


def questions(links: Links, direction: Direction, *, one_text: bool = True) -> Questions:
    """The questions of a direction; a link of a word with itself asks nothing.

    one_text: both axes are the same words; not so in a cross stack, of which only ``dependent_to_head`` and ``column``
    can be asked.

    ``dependent_to_head`` and ``head_to_dependent``: where does this word look? ``column``: by whom is the dependent
    looked at most (the published code of Clark et al. 2019 calls this "head<-dep"; between two texts: by whom the
    head)? ``later_to_earlier``: where does the later of the two look, among the words before it? Only this one compares
    causal models with others.
    Raises ValueError for another direction, and for one that a cross stack does not have.
    """
    match direction:
        case "dependent_to_head":
            asked, answer = links.query, links.key
        case "column":
            # Of two texts the one that is looked at stands on the other axis.
            asked, answer = (links.query, links.key) if one_text else (links.key, links.query)
        case "head_to_dependent":
            asked, answer = links.key, links.query
        case "later_to_earlier":
            asked, answer = np.maximum(links.query, links.key), np.minimum(links.query, links.key)
        case _:
            raise ValueError(f"unknown direction {direction!r}")
    if not one_text and direction not in CROSS_DIRECTIONS:
        raise ValueError(f"{direction} cannot be asked between two texts")
    told = (asked != answer) | (not one_text)
    pair, relation, asked, answer = links.pair[told], links.relation[told], asked[told], answer[told]
    return Questions(
        direction,
        pair,
        relation,
        asked,
        answer,
        _shuffled(pair, relation, asked if one_text else np.full_like(asked, NO_WORD), answer),
    )


def _shuffled(pair: Array, relation: Array, asked: Array, answer: Array) -> Array:
    order = np.lexsort((answer, asked, relation, pair))
    group = np.stack([pair, relation])[:, order]
    starts = np.flatnonzero(np.r_[True, (group[:, 1:] != group[:, :-1]).any(axis=0)][: len(order)])
    ends = np.r_[starts[1:], len(order)]
    following = np.arange(1, len(order) + 1)
    following[ends[ends > 0] - 1] = starts
    other = np.empty_like(answer)
    other[order] = answer[order][following] if len(order) else answer
    return np.where((other == answer) | (other == asked), NO_WORD, other)
