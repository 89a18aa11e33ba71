"""Where one head looks on one sentence, against where a relation says that it should: what arcs are drawn from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from mhattn_core.arrays.word_grid import WordAxis, WordGrid
from mhattn_core.measures.roles.links import Direction

Item = tuple[int, int]
COLUMNS = ("query_position", "key_position", "kind")


def looks(
    grid: WordGrid, layer: int, head: int, items: Sequence[Item], direction: Direction, *, words_of_a: int
) -> pd.DataFrame:
    """A row an arc: query_position and key_position on the grid's axes, kind ``right``, ``missed`` or ``wrong`` (where
    it looks instead).

    items: dependent and head, counted through sentence A, of ``words_of_a`` words, and on through B; those that this
    stack does not hold, or may not see, are left
    out. The first choice is that of ``hits``: the word itself left out, of equal weights the first word. In ``column``
    an arc still leads
    from the word that looks: the right one, or the one that looks at the dependent most.
    Raises ValueError for a cross stack, whose two axes are not one sentence.
    """
    if grid.query_axis.sides != grid.key_axis.sides or grid.queries != grid.keys:
        raise ValueError("the two axes are not the same words")
    first = first_choices(grid.pattern[layer, head], grid.visible, direction)
    rows: list[tuple[int, int, str]] = []
    for one, other in _on(grid.query_axis, items, words_of_a):
        asked, answer = _question(one, other, direction)
        attending, attended = (answer, asked) if direction == "column" else (asked, answer)
        if not grid.visible[attending, attended]:
            continue
        found = int(first[asked])
        rows.append((attending, attended, "right" if found == answer else "missed"))
        if found not in (answer, -1):
            rows.append((found, asked, "wrong") if direction == "column" else (asked, found, "wrong"))
    return pd.DataFrame(rows, columns=list(COLUMNS)).drop_duplicates(ignore_index=True)


def first_choices(
    weights: Float[np.ndarray, "query key"], visible: Bool[np.ndarray, "query key"], direction: Direction
) -> Int[np.ndarray, " asking"]:
    """The word with the largest weight for each word of ``[query, key]``, itself left out; -1 where none has any
    weight. See ``hits.first_choice``.
    """
    if direction == "column":
        weights, visible = weights.T, visible.T
    allowed = np.tril(visible, -1) if direction == "later_to_earlier" else visible & ~np.eye(len(visible), dtype=bool)
    seen = np.where(allowed & ~np.isnan(weights), weights, -np.inf)
    # Pages of tables draw no arcs, and need no network.
    import torch

    from mhattn_core.measures.roles.hits import first_largest

    return first_largest(torch.from_numpy(seen)).numpy()


def _question(dependent: int, head: int, direction: Direction) -> Item:
    if direction == "head_to_dependent":
        return head, dependent
    if direction == "later_to_earlier":
        return max(dependent, head), min(dependent, head)
    return dependent, head


def _on(axis: WordAxis, items: Sequence[Item], words_of_a: int) -> list[Item]:
    """Items as places on an axis, which may hold the first sentence, the second, or both."""
    start = 0 if "a" in axis.sides else words_of_a
    here = range(start, start + len(axis.words))
    return [(query - start, key - start) for query, key in items if query in here and key in here]
