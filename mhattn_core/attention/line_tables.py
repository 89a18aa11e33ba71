"""All patterns of one stack as lines from queries to keys: the strongest weights, with the mean of each layer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from jaxtyping import Float

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.attention.tables import Units

FAINTEST = 0.05
"""Weights below this leave no line."""
MEAN = -1
"""In the place of a head: the mean over the heads of its layer."""
UNKNOWN_FROM = 0.5


@dataclass(frozen=True, eq=False)
class AttentionWeights:
    """The patterns of a stack on words or tokens.

    ``weights`` ``[layer, head, query, key]``; on words the last key stands for all special tokens together, so that
    each row sums to one; NaN for a word that no piece covers. ``parts``: ``a`` or ``b``, empty for special tokens.
    """

    weights: Float[np.ndarray, "layer head query key"]
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    query_parts: tuple[str, ...]
    key_parts: tuple[str, ...]
    query_unknown: tuple[bool, ...]
    key_unknown: tuple[bool, ...]
    special: bool


def attention_weights(seen: "AttentionResult", stack: str, *, units: "Units") -> AttentionWeights:
    """All that the lines of a stack are drawn from. Raises KeyError for a stack that the model does not have."""
    if units == "tokens":
        queries, keys = seen.tokens(stack)
        parts = [tuple(side or "" for side in sides) for sides in seen.token_sides(stack)]
        known = [(False,) * len(labels) for labels in (queries, keys)]
        return AttentionWeights(seen.pattern(stack), queries, keys, parts[0], parts[1], known[0], known[1], False)
    grid = seen.words(stack)
    return AttentionWeights(
        np.concatenate([grid.pattern, grid.special_mass[..., None]], axis=-1),
        grid.queries,
        (*grid.keys, ""),
        grid.query_axis.sides,
        (*grid.key_axis.sides, ""),
        tuple((grid.query_axis.unknown >= UNKNOWN_FROM).tolist()),
        (*(grid.key_axis.unknown >= UNKNOWN_FROM).tolist(), False),
        True,
    )


def line_table(of: AttentionWeights, *, most: int, faintest: float = FAINTEST) -> tuple[pd.DataFrame, float]:
    """A row a line with layer, head (``MEAN``: of the layer), query_position, key_position, weight, block (``ab``: from
    a word of A to one of B; empty with special tokens) and special; and the least weight that has a line.

    most: lines, over all heads; where more reach ``faintest``, the weakest are left out.
    """
    weights = np.nan_to_num(of.weights)
    weights = np.concatenate([weights, weights.mean(axis=1, keepdims=True)], axis=1)
    if (weights >= faintest).sum() > most:
        faintest = float(np.partition(weights, weights.size - most, axis=None)[-most])
    layer, head, query, key = np.nonzero(weights >= faintest)
    heads = of.weights.shape[1]
    special = of.special & (key == len(of.keys) - 1)
    queries, keys = np.array(of.query_parts), np.array(of.key_parts)
    inside = (queries[query] != "") & (keys[key] != "")
    table = pd.DataFrame(
        {
            "layer": layer,
            "head": np.where(head == heads, MEAN, head),
            "query_position": query,
            "key_position": key,
            "weight": weights[layer, head, query, key].astype(float).round(3),
            "block": np.where(inside, np.char.add(queries[query], keys[key]), ""),
            "special": special,
        }
    )
    return table, faintest


def word_rows(of: AttentionWeights, special: str) -> pd.DataFrame:
    """A row a word of either axis: side (``query``, ``key``), position, text, part and special.

    special: what the column of all special tokens is called. Words that the tokenizer does not know are marked.
    """
    sides = []
    for side, labels, parts, unknown in (
        ("query", of.queries, of.query_parts, of.query_unknown),
        ("key", of.keys, of.key_parts, of.key_unknown),
    ):
        texts = [f"▨ {label}" if hatched else label for label, hatched in zip(labels, unknown, strict=True)]
        sides.append(
            pd.DataFrame({"side": side, "position": range(len(labels)), "text": texts, "part": parts, "special": False})
        )
    if of.special:
        sides[1].loc[len(of.keys) - 1, ["text", "special"]] = [special, True]
    return pd.concat(sides, ignore_index=True)
