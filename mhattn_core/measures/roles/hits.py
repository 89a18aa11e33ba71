"""Which head finds the right word: for each question and head of one layer, a bit and a weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int, Real
from torch import Tensor
from torch.nn.functional import pad

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.measures.roles.links import NO_WORD, Direction, Questions

TIE = 1e-5
"""Weights within this share of a row's largest are equal to it; of equal words the first wins."""


@dataclass(frozen=True, eq=False)
class Hits:
    """What the heads of one layer answer, ``[question, head]``.

    hit: whether the head's first choice is the right word; shuffled: whether it is the shuffled one. mass: the weight
    on the right word. usual: the mean weight of the head's other pairs of words at the same offset in the same text,
    NaN where there are none. words: the share of the attending word's attention that goes to words.
    """

    hit: Bool[Tensor, "question head"]
    shuffled: Bool[Tensor, "question head"]
    mass: Float[Tensor, "question head"]
    usual: Float[Tensor, "question head"]
    words: Float[Tensor, "question head"]


def can_be_answered(axes: WordAxes, questions: Questions) -> Bool[Tensor, " question"]:
    """bool ``[question]``: both words are covered by pieces, and the one that attends may see the other."""
    pair, attending, attended = _cells(axes, questions)
    return axes.visible[pair, attending, attended]


def hits(layer: WordLayer, asked: Sequence[Questions]) -> list[Hits]:
    """The first choice of every head of a layer, the word itself left out, against the right word: for the questions
    of each direction.

    Questions that cannot be answered (see ``can_be_answered``) have no meaning here and are to be left out before.
    Range of mass, usual and words: 0 to 1; nothing is renormalised.
    Source: Clark et al. 2019, section 4.2, on words (their section 4.1); the other direction Voita et al. 2019, section
    5.2; ``column`` as in the code that Clark et al. published; ``later_to_earlier``, ``usual`` and ``words`` are ours.
    """
    seen = _SeenLayer(layer)
    return [seen.hits(questions) for questions in asked]


class _SeenLayer:
    """A layer, with what several directions ask of it computed once."""

    def __init__(self, layer: WordLayer) -> None:
        self._layer = layer
        self._choices: dict[str, Tensor] = {}

    def hits(self, questions: Questions) -> Hits:
        layer = self._layer
        pair, attending, attended = _cells(layer.axes, questions)
        asked, answer, shuffled = (
            _tensor(layer.axes, column)[:, None] for column in (questions.asked, questions.answer, questions.shuffled)
        )
        choice = self._choice(questions.direction)[pair, :, asked[:, 0]]
        mass = layer.pattern[pair, :, attending, attended]
        return Hits(
            choice == answer,
            (choice == shuffled) & (shuffled != NO_WORD),
            mass,
            self._usual(pair, attended - attending, mass),
            1 - layer.special_mass[pair, :, attending],
        )

    def _choice(self, direction: Direction) -> Tensor:
        # Both ways along a row ask for the same first choice, at another word.
        along = direction if direction in ("column", "later_to_earlier") else "dependent_to_head"
        if along not in self._choices:
            self._choices[along] = first_choice(self._layer, direction)
        return self._choices[along]

    @cached_property
    def _by_offset(self) -> tuple[Tensor, Tensor]:
        visible = self._layer.axes.visible[:, None]
        return by_offset(self._layer.pattern * visible), by_offset(visible.float())

    def _usual(self, pair: Tensor, offset: Tensor, mass: Tensor) -> Tensor:
        sums, counts = self._by_offset
        diagonal = offset + self._layer.axes.visible.shape[1] - 1
        others = counts[pair, 0, diagonal][:, None] - 1
        return torch.where(others > 0, (sums[pair, :, diagonal] - mass) / others.clamp(min=1), torch.nan)


def first_choice(layer: WordLayer, direction: Direction) -> Int[Tensor, "batch head word"]:
    """The word with the largest weight, the word itself left out, int ``[batch, head, word]``; -1 where there is no
    other, or none has any weight.

    ``column`` looks down the column: which word attends most to this one.
    """
    weights, allowed = layer.pattern, layer.axes.visible
    if direction == "column":
        weights, allowed = weights.transpose(2, 3), allowed.transpose(1, 2)
    if layer.axes.stack != "cross":
        itself = torch.eye(allowed.shape[-1], dtype=torch.bool, device=allowed.device)
        allowed = allowed.tril(-1) if direction == "later_to_earlier" else allowed & ~itself
    return first_largest(weights.masked_fill(~allowed[:, None], -torch.inf))


def first_largest(weights: Float[Tensor, "*batch word"]) -> Int[Tensor, "*batch"]:
    """Index of the first of each row's largest weights ``[..., word]``, int ``[...]``; -1 where none is above 0.

    What counts as equal depends on the row: a head that leaves words little of its attention is decided by that little.
    """
    largest = weights.amax(dim=-1, keepdim=True)
    first = (weights >= largest * (1 - TIE)).byte().argmax(dim=-1)
    return first.where(largest[..., 0] > 0, NO_WORD)


def _cells(axes: WordAxes, questions: Questions) -> tuple[Tensor, Tensor, Tensor]:
    """Where the weight of each question's link stands: pair, query word, key word."""
    pair, asked, answer = (_tensor(axes, column) for column in (questions.pair, questions.asked, questions.answer))
    return (pair, answer, asked) if questions.direction == "column" else (pair, asked, answer)


def _tensor(axes: WordAxes, column: object) -> Tensor:
    return torch.as_tensor(column, dtype=torch.long, device=axes.visible.device)


def by_offset(weights: Real[Tensor, "batch head query key"]) -> Real[Tensor, "batch head offset"]:
    """Sums along the diagonals of ``[batch, head, query, key]``: ``[batch, head, queries + keys - 1]``, from key -
    query = 1 - queries up.
    """
    queries, keys = weights.shape[-2:]
    width = queries + keys - 1
    # Each row one place further right than the row below it: diagonals become columns.
    wide = pad(weights.flip(2), (0, queries)).flatten(2)[..., : queries * width]
    return wide.view(*weights.shape[:2], queries, width).sum(dim=2)
