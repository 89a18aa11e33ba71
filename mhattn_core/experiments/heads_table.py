"""The basic measures of every head on one pair."""

import pandas as pd
import torch

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.layers import over_layers
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_layer, word_spans
from mhattn_core.measures.basic import basic
from mhattn_core.measures.heads import COLUMNS, head_rows
from mhattn_core.measures.statistics import quotient


def heads_table(seen: AttentionResult, *, group: str = "") -> pd.DataFrame:
    """Every basic measure of every head for one pair: columns ``COLUMNS``, as a run's ``heads.parquet``.

    One pair has no interval: low and high are NaN. n is 1, and 0 where the pair has nothing to count (value NaN): no
    second sentence, a word order in which a causal model cannot see it, or a layer that does not attend.
    """
    tables = []
    for stack in seen.stacks:
        queries, keys = (piece_spans(pieces) for pieces in seen.pieces(stack))
        axes = word_axes(stack, seen.pattern(stack).shape[1], [queries], [keys], [word_spans(seen.sentences)])
        attention, patterns = seen.model.attention, torch.from_numpy(seen.pattern(stack))
        found = {layer: basic(word_layer(patterns[layer][None], layer, axes)) for layer in attention.attending(stack)}
        for measure in next(iter(found.values())):
            of_layers = {layer: sums[measure][0].numpy() for layer, sums in found.items()}
            parts = over_layers(of_layers, attention.layers(stack), without=0.0)
            tables.append(head_rows(stack, measure, quotient(parts), n=(parts[..., 1] > 0).astype(int)))
    return pd.concat(tables, ignore_index=True).assign(model=seen.model.name, group=group)[list(COLUMNS)]
