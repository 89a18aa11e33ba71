"""Patterns as tidy tables, one row a cell: what charts read and exports write."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from jaxtyping import Real

from mhattn_core.arrays.word_grid import WordGrid

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

Units = Literal["words", "tokens"]
WEIGHT, SPECIAL = "weight", "special"


def pattern_table(
    seen: "AttentionResult", stack: str, layer: int, head: int, *, units: Units = "words"
) -> pd.DataFrame:
    """One head as a table: query_position, key_position, query, key, weight, kind, and what ``matrix_table`` adds.

    On words each query has one more row of kind ``special``: the mass on special tokens, placed behind the last key.
    """
    if units == "tokens":
        queries, keys = seen.tokens(stack)
        query_sides, key_sides = seen.token_sides(stack)
        return matrix_table(
            seen.pattern(stack)[layer, head],
            queries,
            keys,
            query_sides=[side or "" for side in query_sides],
            key_sides=[side or "" for side in key_sides],
        )
    return word_table(seen.words(stack), layer, head)


def word_table(grid: WordGrid, layer: int, head: int) -> pd.DataFrame:
    """One head of a word grid, with a row of kind ``special`` for each query."""
    return matrix_table(
        grid.pattern[layer, head],
        grid.queries,
        grid.keys,
        special_mass=grid.special_mass[layer, head],
        query_sides=grid.query_axis.sides,
        key_sides=grid.key_axis.sides,
        query_unknown=grid.query_axis.unknown,
        key_unknown=grid.key_axis.unknown,
    )


def matrix_table(
    weights: Real[np.ndarray, "query key"],
    queries: Sequence[str],
    keys: Sequence[str],
    *,
    special_mass: Real[np.ndarray, " query"] | None = None,
    query_sides: Sequence[str] = (),
    key_sides: Sequence[str] = (),
    query_unknown: Real[np.ndarray, " query"] | None = None,
    key_unknown: Real[np.ndarray, " key"] | None = None,
) -> pd.DataFrame:
    """A matrix ``[query, key]`` as a long table; the sides (``a``, ``b``) and unknown shares go with the labels."""
    rows, columns = len(queries), len(keys)
    query_position, key_position = (axis.ravel() for axis in np.indices((rows, columns)))
    table = _cells(query_position, key_position, weights.ravel(), queries, query_sides, query_unknown, WEIGHT)
    table["key"] = _take(keys, key_position)
    table["key_side"] = _take(key_sides, key_position) if key_sides else ""
    table["key_unknown"] = key_unknown[key_position] if key_unknown is not None else 0.0
    if special_mass is None:
        return table
    special = _cells(
        np.arange(rows), np.full(rows, columns), special_mass, queries, query_sides, query_unknown, SPECIAL
    )
    special["key"], special["key_side"], special["key_unknown"] = "", "", 0.0
    return pd.concat([table, special], ignore_index=True)


def _cells(
    query_position: np.ndarray,
    key_position: np.ndarray,
    weights: np.ndarray,
    queries: Sequence[str],
    sides: Sequence[str],
    unknown: np.ndarray | None,
    kind: str,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "query_position": query_position,
            "key_position": key_position,
            "query": _take(queries, query_position),
            "query_side": _take(sides, query_position) if sides else "",
            "query_unknown": unknown[query_position] if unknown is not None else 0.0,
            "weight": weights.astype(float),
            "kind": kind,
        }
    )


def _take(labels: Sequence[str], positions: np.ndarray) -> np.ndarray:
    return np.array(labels, dtype=object)[positions]
