"""Edges from word to word as cells of a pattern over tokens."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from mhattn_core.arrays.word_layer import SIDES
from mhattn_core.attention.batches import FedPair
from mhattn_core.attention.objectives import Objective

Edge = tuple[int, int]
"""The word that looks and the word that is looked at, counted through A and on through B."""

Edges = Mapping[int, Sequence[Edge]]
"""Of each text, by its number."""


class Removed(NamedTuple):
    """Edges to take out of a head. bounds: others of the same words, if no more weight than these have is to go."""

    edges: Edges
    bounds: Edges | None = None


def edge_cells(task: Objective, stack: str, edges: Edges) -> Bool[Tensor, "row query key"]:
    """Every cell from a token of the one word to a token of the other, of each row's edges by its number.

    A piece that spells parts of two words belongs to both. Words that the row does not hold have no tokens.
    """
    queries = task.real[stack].shape[1]
    keys = task.real["encoder" if stack == "cross" else stack].shape[1]
    cells = torch.zeros(len(task.rows), queries, keys, dtype=torch.bool)
    for of_row, row in zip(cells, task.rows, strict=True):
        query, key = _tokens(row, row.queries[stack]), _tokens(row, row.keys[stack])
        for looking, looked_at in edges.get(row.number, ()):
            if max(looking, looked_at) < len(row.words):
                of_row[: query.shape[1], : key.shape[1]] |= torch.from_numpy(query[looking][:, None] & key[looked_at])
    return cells.to(task.real[stack].device)


def words_in_sight(row: FedPair, stack: str, looking: int) -> Int[np.ndarray, " word"]:
    """The other words that a word may look at: those with tokens among the keys, before it where attention is causal.
    None for a word that asks nothing there.
    """
    if looking >= len(row.words) or not _tokens(row, row.queries[stack])[looking].any():
        return np.zeros(0, dtype=int)
    words = np.flatnonzero(_tokens(row, row.keys[stack]).any(axis=1))
    return words[words < looking] if stack == "decoder" else words[words != looking]


def first_words(row: FedPair, stack: str) -> tuple[int, int]:
    """The words with which the two axes of a stack begin: of A, or where an axis holds B alone the first of B."""
    of_a = int((row.words[:, 0] == SIDES["a"]).sum())
    queries, keys = (
        0 if (spans[:, 0] == SIDES["a"]).any() else of_a for spans in (row.queries[stack], row.keys[stack])
    )
    return queries, keys


def _tokens(row: FedPair, spans: Int[np.ndarray, "token 3"]) -> Bool[np.ndarray, "word token"]:
    """Which tokens overlap which word: both as side, start and end."""
    side, start, end = row.words.T[..., None]
    return (spans[:, 0] == side) & (spans[:, 1] < end) & (spans[:, 2] > start)
