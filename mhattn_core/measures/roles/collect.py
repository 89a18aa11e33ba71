"""Items and sums of mass of a batch, gathered layer by layer as it goes through a network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Int

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.measures.roles.class_rules import class_members, rule_hits
from mhattn_core.measures.roles.hits import can_be_answered, hits
from mhattn_core.measures.roles.items import item_table
from mhattn_core.measures.roles.links import CROSS_DIRECTIONS, DIRECTIONS, Links, Questions, questions
from mhattn_core.measures.roles.mass import MassSums, grouped, mass_sums
from mhattn_core.measures.roles.table import StackItems


@dataclass(frozen=True)
class BatchPairs:
    """What a batch's numbers stand for: id, fold and number of words of sentence A for each pair, the word classes of
    its words (of A, then of B; empty where not known), and the names of the relations.
    """

    ids: Sequence[str]
    folds: Sequence[int]
    words_of_a: Sequence[int]
    tags: Sequence[Sequence[str]]
    relations: Sequence[str]


class Collector:
    """Shown every layer of a batch in order; ``stacks`` then gives what is kept of it.

    links: positions count through A and on through B, pairs as in ``corpus``. Links that a stack does not see are left
    out.
    """

    def __init__(self, axes: Mapping[str, WordAxes], links: Links, corpus: BatchPairs) -> None:
        self._corpus = corpus
        self._asked = {stack: asked_of(stack, here, links, corpus) for stack, here in axes.items()}
        self._rules = {
            stack: [class_hits(axes[stack], questions, corpus) for questions in asked]
            for stack, asked in self._asked.items()
        }
        self._layers: dict[str, list[int]] = {stack: [] for stack in axes}
        self._bits: dict[str, list[list[np.ndarray]]] = {stack: [] for stack in axes}
        self._mass: dict[str, list[list[np.ndarray]]] = {stack: [] for stack in axes}

    def see(self, layer: WordLayer) -> None:
        """Keep the bits and weights of one layer."""
        found = hits(layer, self._asked[layer.axes.stack])
        self._layers[layer.axes.stack].append(layer.layer)
        self._bits[layer.axes.stack].append([torch.stack([one.hit, one.shuffled]).cpu().numpy() for one in found])
        self._mass[layer.axes.stack].append(
            [torch.stack([one.mass, one.usual, one.words]).cpu().numpy() for one in found]
        )

    def stacks(self) -> dict[str, StackItems]:
        """Items and sums of each stack."""
        return {stack: self._stack(stack) for stack in self._asked}

    def _stack(self, stack: str) -> StackItems:
        items: list[pd.DataFrame] = []
        mass: dict[tuple[str, str], MassSums] = {}
        on_words: dict[tuple[str, str], np.ndarray] = {}
        corpus = self._corpus
        for number, asked in enumerate(self._asked[stack]):
            hit, shuffled = np.concatenate([layer[number] for layer in self._bits[stack]], axis=2)
            rules = self._rules[stack][number]
            items.append(
                item_table(asked, hit, shuffled, rules, ids=corpus.ids, folds=corpus.folds, relations=corpus.relations)
            )
            weight, usual, words = np.concatenate([layer[number] for layer in self._mass[stack]], axis=2)
            for relation, own in enumerate(grouped(words, asked.relation, len(corpus.relations))):
                on_words[corpus.relations[relation], asked.direction] = own
            if asked.direction != "column":  # which has the same weights as head_to_dependent
                sums = mass_sums(weight, usual, asked.relation, np.array(corpus.folds)[asked.pair])
                mass |= {(corpus.relations[relation], asked.direction): own for relation, own in sums.items()}
        heads = self._bits[stack][0][0].shape[2]
        return StackItems(self._layers[stack], heads, pd.concat(items, ignore_index=True), mass, on_words)


def joined(parts: Iterable[Mapping[str, StackItems]]) -> dict[str, StackItems]:
    """What is kept of several batches, processes or machines, as if it had been one."""
    by_stack: dict[str, list[StackItems]] = {}
    for part in parts:
        for stack, kept in part.items():
            by_stack.setdefault(stack, []).append(kept)
    return {stack: _joined(kept) for stack, kept in by_stack.items()}


def _joined(parts: Sequence[StackItems]) -> StackItems:
    mass: dict[tuple[str, str], MassSums] = {}
    on_words: dict[tuple[str, str], np.ndarray] = {}
    for part in parts:
        for key, sums in part.mass.items():
            mass[key] = mass[key] + sums if key in mass else sums
        for key, words in part.on_words.items():
            on_words[key] = on_words[key] + words if key in on_words else words
    items = pd.concat([part.items for part in parts], ignore_index=True)
    return replace(parts[0], items=items, mass=mass, on_words=on_words)


def asked_of(stack: str, axes: WordAxes, links: Links, corpus: BatchPairs) -> list[Questions]:
    """The questions of each direction that this stack can answer."""
    here = on_axes(axes, links, corpus.words_of_a)
    found = []
    for direction in CROSS_DIRECTIONS if stack == "cross" else DIRECTIONS:
        asked = questions(here, direction, one_text=stack != "cross")
        found.append(asked.only(can_be_answered(axes, asked).cpu().numpy()))
    return found


def on_axes(axes: WordAxes, links: Links, words_of_a: Sequence[int]) -> Links:
    """Links between words of a pair, counted through A and B, as places on the axes of a stack; those that are not
    there are left out.
    """
    query, has_query = _on_axis(axes.query_side.cpu().numpy(), links.pair, links.query, np.asarray(words_of_a))
    key, has_key = _on_axis(axes.key_side.cpu().numpy(), links.pair, links.key, np.asarray(words_of_a))
    here = has_query & has_key
    return Links(links.pair[here], links.relation[here], query[here], key[here])


def class_hits(axes: WordAxes, questions: Questions, corpus: BatchPairs) -> Bool[np.ndarray, "question rule"]:
    """Which class rules are right, bool ``[question, rule]`` as in ``RULES``; no rule names a word that no piece
    covers.

    Between two texts “before” and “after” are seen from the place that is as far into the other text as the asking
    word is into its own, that place counting as both.
    """
    of_asked, of_answer = (axes.query_side, axes.query_mask), (axes.key_side, axes.key_mask)
    if questions.direction == "column" and axes.stack == "cross":
        of_asked, of_answer = of_answer, of_asked
    side, covered = (part.cpu().numpy() for part in of_answer)
    words = np.where(covered, words_on_axis(side, np.asarray(corpus.words_of_a)), -1)
    before, after = questions.asked - 1, questions.asked + 1
    if axes.stack == "cross":
        there, here = ((part >= 0).sum(axis=1)[questions.pair] for part in (side, of_asked[0].cpu().numpy()))
        place = (questions.asked + 0.5) * there / here - 0.5
        before, after = np.floor(place).astype(int), np.ceil(place).astype(int)
    return rule_hits(class_members(corpus.tags, words), questions.pair, before, after, questions.answer)


def words_on_axis(
    side: Int[np.ndarray, "pair word"], words_of_a: Int[np.ndarray, " pair"]
) -> Int[np.ndarray, "pair word"]:
    """Which word of its pair, counted through A and on through B, stands at each place of an axis, int ``[pair,
    word]``; -1 where there is none. side: see ``WordAxes``.
    """
    at = np.arange(side.shape[1])
    of_b = at - (side == 0).sum(axis=1, keepdims=True) + words_of_a[:, None]
    return np.where(side == 0, at, np.where(side == 1, of_b, -1))


def _on_axis(
    side: np.ndarray, pair: np.ndarray, word: np.ndarray, words_of_a: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    in_b = (word >= words_of_a[pair]).astype(int)
    place = np.where(in_b, word - words_of_a[pair] + (side == 0).sum(axis=1)[pair], word)
    inside = place < side.shape[1]
    place = np.where(inside, place, 0)
    return place, inside & (side[pair, place] == in_b)
