"""One forward over a batch of pairs, watched layer by layer; no layer's patterns outlive it."""

from collections.abc import Callable

import torch

from mhattn_core.arrays.word_layer import TokenLayer, WordLayer
from mhattn_core.attention.allocator import keep_freed_pages
from mhattn_core.attention.attend import not_in_full
from mhattn_core.attention.batches import Batch
from mhattn_core.attention.word_layer import word_layer
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call


@torch.no_grad()
def watch_tokens(model: Model, batch: Batch, see: Callable[[TokenLayer], None]) -> None:
    """Run a batch through the network below its head, and show ``see`` every layer of every stack as it is made.

    Raises Problem where the network leaves keys out, and whatever the network raises.
    """
    keep_freed_pages()

    def watch(call: Call) -> None:
        axes = batch.axes[call.stack]
        if call.pattern.shape[-2:] != (axes.query_tokens.shape[1], axes.key_tokens.shape[1]):
            raise not_in_full(model)
        see(TokenLayer(call.layer, axes, call.pattern.float()))

    with model.attention.watching(watch):
        run_bare(model, batch)


def watch_words(model: Model, batch: Batch, see: Callable[[WordLayer], None]) -> None:
    """The same on words."""
    watch_tokens(model, batch, lambda layer: see(word_layer(layer.tokens, layer.layer, layer.axes)))


@torch.no_grad()
def run_bare(model: Model, batch: Batch) -> None:
    """The same forward, watched by nobody."""
    cache = {} if model.stacks == ("encoder",) else {"use_cache": False}
    model.network.base_model(**batch.inputs, **cache)
