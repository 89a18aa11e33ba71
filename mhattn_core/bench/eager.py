"""What one does without the tap: one pair at a time on an eager copy, and NumPy on its patterns."""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.attention.word_grid import to_words, word_axis
from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

Patterns = Callable[[dict[str, Tensor]], Tensor]
"""From one pair's inputs to its patterns ``[layer, head, query, key]``."""


def eager_copy(network: PreTrainedModel) -> PreTrainedModel:
    """The network on transformers' own eager attention, with weights of its own."""
    eager = type(network)._from_config(copy.deepcopy(network.config), attn_implementation="eager")
    eager.load_state_dict(network.state_dict())
    return eager.to(network.device, network.dtype).eval()


def output_attentions(eager: PreTrainedModel) -> Patterns:
    """As ``output_attentions`` returns them."""
    return lambda inputs: torch.stack(eager(**inputs, output_attentions=True).attentions)[:, 0]


@torch.no_grad()
def one_by_one(model: Model, patterns: Patterns, pairs: list[SentencePair]) -> None:
    """The basic measures of each pair in turn."""
    for pair in pairs:
        fed = prepare_inputs(model, pair)
        tokens = patterns(fed.inputs).float().cpu().numpy()
        (stack,) = model.stacks
        axis = word_axis(fed.queries[stack], fed.sentences, model.tokenizer.unk_token_id)
        _measures(tokens, to_words(tokens, axis, axis, causal=stack == "decoder"))


def _measures(tokens: np.ndarray, grid: WordGrid) -> list[np.ndarray]:
    """The basic measures of one pair as one would write them down, ``[layer, head]`` each."""
    pattern, side = grid.pattern, np.array(grid.query_axis.sides)
    gaps = abs(np.subtract.outer(np.arange(len(side)), np.arange(len(side))))
    entropy = row_entropy(torch.from_numpy(pattern)).numpy()
    blocks = [grid.block(query, key).sum(axis=-1) for query in "ab" for key in "ab"]
    return [
        entropy.mean(axis=-1),
        np.nanmean(
            normalised_row_entropy(torch.from_numpy(entropy), torch.from_numpy(grid.visible.sum(axis=-1))), axis=-1
        ),
        row_entropy(torch.from_numpy(tokens)).numpy().mean(axis=-1),
        (pattern * gaps).sum(axis=(-1, -2)) / pattern.sum(axis=(-1, -2)),
        pattern.max(axis=-1).mean(axis=-1),
        grid.special_mass.mean(axis=-1),
        tokens[..., 0].mean(axis=-1),
        (pattern * (side[:, None] != side)).sum(axis=-1).mean(axis=-1),
        *(np.diagonal(pattern, step, 2, 3).mean(axis=-1) for step in (-1, 0, 1)),
        *(block.mean(axis=-1) for block in blocks),
    ]
