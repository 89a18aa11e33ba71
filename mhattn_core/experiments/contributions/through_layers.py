"""From which words of the input a word may have its information after some layers, by weights alone."""

import numpy as np
import pandas as pd

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.units import unit_weights, units
from mhattn_core.errors import NotAvailable
from mhattn_core.locale import _
from mhattn_core.measures.fusion.rollout import MOST_EDGES, flow, rollout


def through_layers(result: AttentionResult, stack: str, unit: int, layers: int) -> pd.DataFrame:
    """word, position, special, series (``rollout``, and ``flow`` where it does not take too long), value: a row for
    every word and special token of the input.

    unit: the word's place among the queries. layers: how many, from the input; those that do not attend are passed
    over, as if each word kept its place in them. To a word: the mean over its pieces; from a word: the sum over its
    pieces. Raises NotAvailable where none of them attends.
    """
    queries, keys = units(result, stack)
    attending = [layer for layer in result.model.attention.attending(stack) if layer < layers]
    if not attending:
        raise NotAvailable(
            _("None of these layers of {name} attends.").format(name=result.model.name), _("Choose a later layer.")
        )
    pattern = result.pattern(stack)[attending]
    values = {"rollout": unit_weights(rollout(pattern)[-1], queries, keys)[unit]}
    if _edges(pattern, stack) <= MOST_EDGES:
        to_pieces = [flow(pattern, piece) for piece in queries.pieces(unit)]
        values["flow"] = np.asarray(np.mean(to_pieces, axis=0) @ keys.axis.shares)
    about = {
        "word": keys.labels,
        "position": range(len(keys.labels)),
        "special": [not side for side in keys.axis.sides],
    }
    parts = [pd.DataFrame(about | {"series": series, "value": value}) for series, value in values.items()]
    return pd.concat(parts, ignore_index=True)


def _edges(pattern: np.ndarray, stack: str) -> int:
    layers, tokens = len(pattern), pattern.shape[-1]
    return layers * tokens * (tokens + 1) // 2 if stack == "decoder" else layers * tokens * tokens
