"""Weights beside the lengths of what comes of them, for every head of a stack on one pair."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.units import unit_weights, units
from mhattn_core.measures.fusion.norms import rank_correlation, special_shares, transfers


@dataclass(frozen=True, eq=False)
class WeightsAndLengths:
    """``weights`` and ``lengths`` ``[layer, head, query unit, key unit]``: attention, and the length of what comes of
    it. ``heads``: layer, head, weight and received (the share of special tokens in either), and rank (correlation of
    weights and lengths).
    """

    weights: np.ndarray
    lengths: np.ndarray
    heads: pd.DataFrame


def weights_and_lengths(result: AttentionResult, stack: str) -> WeightsAndLengths:
    """Of every head, on words and special tokens. Raises Problem as ``AttentionResult.value_norms``."""
    queries, keys = units(result, stack)
    pattern = result.pattern(stack)
    received = transfers(pattern, result.value_norms(stack))
    sides = [np.array([side is not None for side in axis]) for axis in result.token_sides(stack)]
    visible = np.ones(pattern.shape[2:], dtype=bool)
    heads = special_shares(pattern, received, ~sides[1], sides[0])
    heads["rank"] = rank_correlation(pattern, received, np.tril(visible) if stack == "decoder" else visible).ravel()
    weights, lengths = (unit_weights(values, queries, keys) for values in (pattern, received))
    return WeightsAndLengths(weights, lengths, heads)
