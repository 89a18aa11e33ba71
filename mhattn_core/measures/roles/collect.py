"""Items and sums of mass of a batch, gathered layer by layer as it goes through a network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.measures.roles.hits import can_be_answered, hits
from mhattn_core.measures.roles.items import item_table
from mhattn_core.measures.roles.links import CROSS_DIRECTIONS, DIRECTIONS, Links, Questions, questions
from mhattn_core.measures.roles.mass import MassSums, mass_sums
from mhattn_core.measures.roles.table import StackItems


@dataclass(frozen=True)
class BatchPairs:
    """What a batch's numbers stand for: id, fold and number of words of sentence A for each pair, and the names of the
    relations.
    """

    ids: Sequence[str]
    folds: Sequence[int]
    words_of_a: Sequence[int]
    relations: Sequence[str]


class Collector:
    """Shown every layer of a batch in order; ``stacks`` then gives what is kept of it.

    links: positions count through A and on through B, pairs as in ``corpus``. Links that a stack does not see are left
    out.
    """

    def __init__(self, axes: Mapping[str, WordAxes], links: Links, corpus: BatchPairs) -> None:
        self._corpus = corpus
        self._asked = {stack: _asked(stack, here, links, corpus) for stack, here in axes.items()}
        self._bits: dict[str, list[list[np.ndarray]]] = {stack: [] for stack in axes}
        self._mass: dict[str, list[list[np.ndarray]]] = {stack: [] for stack in axes}

    def see(self, layer: WordLayer) -> None:
        """Keep the bits and weights of one layer."""
        found = [hits(layer, asked) for asked in self._asked[layer.axes.stack]]
        self._bits[layer.axes.stack].append([torch.stack([one.hit, one.shuffled]).cpu().numpy() for one in found])
        self._mass[layer.axes.stack].append(
            [torch.stack([one.mass, one.usual]).double().cpu().numpy() for one in found]
        )

    def stacks(self) -> dict[str, StackItems]:
        """Items and sums of each stack."""
        return {stack: self._stack(stack) for stack in self._asked}

    def _stack(self, stack: str) -> StackItems:
        items: list[pd.DataFrame] = []
        mass: dict[tuple[str, str], MassSums] = {}
        corpus = self._corpus
        for place, asked in enumerate(self._asked[stack]):
            hit, shuffled = np.concatenate([layer[place] for layer in self._bits[stack]], axis=2)
            items.append(
                item_table(asked, hit, shuffled, ids=corpus.ids, folds=corpus.folds, relations=corpus.relations)
            )
            if asked.direction == "column":
                continue  # the same weights as head_to_dependent
            weight, usual = np.concatenate([layer[place] for layer in self._mass[stack]], axis=2)
            folds = np.array(corpus.folds)[asked.pair]
            for relation in np.unique(asked.relation):
                rows = asked.relation == relation
                mass[corpus.relations[relation], asked.direction] = mass_sums(weight[rows], usual[rows], folds[rows])
        heads = self._bits[stack][0][0].shape[2]
        return StackItems(len(self._bits[stack]), heads, pd.concat(items, ignore_index=True), mass)


def joined(parts: Iterable[Mapping[str, StackItems]]) -> dict[str, StackItems]:
    """What is kept of several batches, processes or machines, as if it had been one."""
    by_stack: dict[str, list[StackItems]] = {}
    for part in parts:
        for stack, kept in part.items():
            by_stack.setdefault(stack, []).append(kept)
    return {stack: _joined(kept) for stack, kept in by_stack.items()}


def _joined(parts: Sequence[StackItems]) -> StackItems:
    mass: dict[tuple[str, str], MassSums] = {}
    for part in parts:
        for key, sums in part.mass.items():
            mass[key] = mass[key] + sums if key in mass else sums
    return replace(parts[0], items=pd.concat([part.items for part in parts], ignore_index=True), mass=mass)


def _asked(stack: str, axes: WordAxes, links: Links, corpus: BatchPairs) -> list[Questions]:
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


def _on_axis(
    side: np.ndarray, pair: np.ndarray, word: np.ndarray, words_of_a: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    in_b = (word >= words_of_a[pair]).astype(int)
    place = np.where(in_b, word - words_of_a[pair] + (side == 0).sum(axis=1)[pair], word)
    inside = place < side.shape[1]
    place = np.where(inside, place, 0)
    return place, inside & (side[pair, place] == in_b)
