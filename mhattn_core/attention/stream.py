"""One forward over a batch of pairs, watched layer by layer; no layer's patterns outlive it."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch

from mhattn_core.arrays.word_layer import TokenLayer, WordAxes, WordLayer
from mhattn_core.attention.allocator import keep_freed_pages
from mhattn_core.attention.attend import not_in_full
from mhattn_core.attention.batches import Batch
from mhattn_core.attention.word_layer import word_layer
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call

CELLS_OF_PART = 2**24
"""Weights of all heads that are held at a time of a long text, 64 MiB of them."""


@torch.no_grad()
def watch_tokens(model: Model, batch: Batch, see: Callable[[TokenLayer], None], *, in_parts: bool = False) -> None:
    """Run a batch through the network below its head, and show ``see`` every layer of every stack as it is made.

    in_parts: show a layer of one long text some queries after others, where the network reads so; then no whole
    pattern ever exists.
    Raises Problem where the network leaves keys out, and whatever the network raises.
    """
    keep_freed_pages()
    in_parts &= model.attention.reads_in_parts and len(batch.rows) == 1
    parts = {stack: query_parts(axes) if in_parts else [] for stack, axes in batch.axes.items()}
    sizes = {
        stack: {start: stop - start for start, stop in parts[stack]} or {0: axes.query_tokens.shape[1]}
        for stack, axes in batch.axes.items()
    }

    def watch(call: Call) -> None:
        axes = batch.axes[call.stack]
        if call.pattern.shape[-2:] != (sizes[call.stack][call.first], axes.key_tokens.shape[1]):
            raise not_in_full(model)
        see(TokenLayer(call.layer, axes, call.pattern.float(), call.first))

    with model.attention.watching(watch, parts.__getitem__):
        run_bare(model, batch)


def query_parts(axes: WordAxes) -> list[tuple[int, int]]:
    """The queries of one text, from which to which, in parts of about ``CELLS_OF_PART``; none where the whole has no
    more. No word has pieces in two parts.
    """
    queries, keys = axes.query_tokens.shape[1], axes.key_tokens.shape[1]
    size = max(CELLS_OF_PART // (axes.heads * keys), 1)
    if size >= queries:
        return []
    pieces, words = axes.query_pieces, axes.query_pieces.shape[2]
    first, last = np.full(words, queries), np.full(words, -1)
    np.minimum.at(first, pieces.words, pieces.tokens)
    np.maximum.at(last, pieces.words, pieces.tokens)
    within = np.bincount(first[last >= 0] + 1, minlength=queries + 2) - np.bincount(
        last[last >= 0] + 1, minlength=queries + 2
    )
    ends = np.flatnonzero(np.cumsum(within)[: queries + 1] == 0)
    parts = [0]
    while parts[-1] < queries:
        most = ends[(ends > parts[-1]) & (ends <= parts[-1] + size)]
        parts.append(int(most[-1]) if len(most) else int(ends[ends > parts[-1]][0]))
    return list(pairwise(parts))


def watch_words(model: Model, batch: Batch, see: Callable[[WordLayer], None]) -> None:
    """The same on words."""
    watch_tokens(model, batch, lambda layer: see(word_layer(layer.tokens, layer.layer, layer.axes)))


@torch.no_grad()
def run_bare(model: Model, batch: Batch) -> None:
    """The same forward, watched by nobody."""
    cache = {} if model.stacks == ("encoder",) else {"use_cache": False}
    model.network.base_model(**batch.inputs, **cache)
