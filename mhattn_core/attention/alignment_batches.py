"""A batch of pairs read as alignments, layer by layer: what ``alignment_weights`` gives for one pair, for many at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mhattn_core.arrays.alignment_layer import AlignmentLayer
from mhattn_core.arrays.alignment_weights import Rows, Weighting
from mhattn_core.arrays.word_layer import NO_SIDE, SIDES, WordAxes
from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weightings, end_tokens
from mhattn_core.attention.allocator import keep_freed_pages
from mhattn_core.attention.attend import not_in_full
from mhattn_core.attention.batches import SPECIAL, FedPair, collate
from mhattn_core.attention.stream import run_bare
from mhattn_core.attention.values import value_norms
from mhattn_core.attention.word_layer import word_axes, word_layer
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call

BEYOND = 2**30
"""Where special tokens that compete with words stand on the axis of keys: behind the characters of any sentence."""


@dataclass(frozen=True, eq=False)
class _Grid:
    """The axes on which a call is read. ends bool ``[batch, key word]``: the words that are special tokens. rows: what
    is read off them.
    """

    axes: WordAxes
    ends: Bool[Tensor, "batch key"]
    rows: Sequence[Rows]


@torch.no_grad()
def watch_alignment(model: Model, rows: Sequence[FedPair], see: Callable[[AlignmentLayer], None]) -> None:
    """Run a batch through the network below its head, and show ``see`` each layer with all its rows and weights.

    Raises Problem where the network leaves keys out, and whatever the network raises.
    """
    keep_freed_pages()
    stack, _rows = alignment_readings(model)[0]
    batch, grids = collate(model, rows), list(_grids(model, stack, rows))
    projections = [site.projection for site in model.attention.sites[stack]]
    whole = batch.axes[stack]

    def watch(call: Call) -> None:
        if call.stack != stack:
            return
        if call.pattern.shape[-2:] != (whole.query_tokens.shape[1], whole.key_tokens.shape[1]):
            raise not_in_full(model)
        for weight in alignment_weightings(model):
            pattern, projection = call.pattern.float(), projections[call.layer]
            if weight == "norm" and projection is not None:
                pattern = pattern * value_norms(call, projection)[:, :, None]
            for grid in grids:
                for layer in _layers(pattern, call.layer, weight, grid):
                    see(layer)

    with model.attention.watching(watch):
        run_bare(model, batch)


def _grids(model: Model, stack: str, rows: Sequence[FedPair]) -> Iterator[_Grid]:
    """The axes of steps that read a word, and of the steps before them, as far as the model has them."""
    heads, device = model.attention.heads(stack), model.network.device
    keys, words = [row.keys[stack] for row in rows], [row.words for row in rows]
    if stack == "cross":
        keys, words = map(list, zip(*(_with_ends(model, row) for row in rows), strict=True))
    known = [name for _stack, name in alignment_readings(model)]
    for names in ([name for name in known if name != "awo"], [name for name in known if name == "awo"]):
        if names:
            queries = [row.queries[stack] for row in rows]
            # The step before reads nothing of the word yet, and predicts it.
            queries = [np.concatenate([spans[1:], SPECIAL]) for spans in queries] if names == ["awo"] else queries
            axes = word_axes(stack, heads, queries, keys, words, device)
            yield _Grid(axes, _ends(axes, rows, stack), names)


def _with_ends(model: Model, row: FedPair) -> tuple[Int[np.ndarray, "key_token 3"], Int[np.ndarray, "word_or_end 3"]]:
    """The pieces of the source and the words, with the special tokens that stand for “nothing” as words behind A's."""
    keys = row.keys["cross"].copy()
    ends = np.flatnonzero((keys[:, 0] == NO_SIDE) & np.isin(row.inputs["input_ids"], list(end_tokens(model))))
    spans = np.column_stack([np.full_like(ends, SIDES["a"]), BEYOND + ends, BEYOND + ends + 1])
    keys[ends] = spans
    return keys, np.concatenate([row.words, spans])


def _ends(axes: WordAxes, rows: Sequence[FedPair], stack: str) -> Bool[Tensor, "batch key"]:
    if stack != "cross":
        return torch.zeros_like(axes.key_mask)
    of_a = torch.tensor([int((row.words[:, 0] == SIDES["a"]).sum()) for row in rows], device=axes.key_side.device)
    places = torch.arange(axes.key_side.shape[1], device=axes.key_side.device)
    return (places >= of_a[:, None]) & (axes.key_side >= 0)


def _layers(
    pattern: Float[Tensor, "batch head query_token key_token"], number: int, weight: Weighting, grid: _Grid
) -> Iterator[AlignmentLayer]:
    axes = grid.axes
    weights = word_layer(pattern, number, axes).pattern
    no_link = weights.masked_fill(~grid.ends[:, None, None], 0).amax(dim=-1)
    for rows in grid.rows:
        choosing, chosen = ("a", "b") if rows == "a_to_b" else ("b", "a")
        partners = (axes.key_side == SIDES[chosen]) & ~grid.ends
        yield AlignmentLayer(number, rows, weight, weights, no_link, axes.query_side == SIDES[choosing], partners)
