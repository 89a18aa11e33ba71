"""Networks with the values of trained weights, and nothing of what they were trained to be."""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Shaped
from torch import Tensor, nn
from transformers import PreTrainedModel

from mhattn_core.models.random_weights import with_random_weights

LARGE_TABLE = 10_000
"""Rows of an embedding from which on few of them are ever read together."""


@torch.no_grad()
def with_shuffled_weights(network: PreTrainedModel, seed: int = 0) -> PreTrainedModel:
    """A copy of the network in which each learned tensor holds the same values in a random order.

    Matrices, biases and gains of norms alike: each is permuted within itself, so that its scale and the distribution of
    its values stay, and nothing stays of what stood where. Tied weights stay tied (they are one tensor, permuted once).
    What is not learned stays as it is: sinusoidal positions, and buffers such as rotary frequencies.

    Where default weights give nearly even attention, these give attention as uneven as the trained weights' scale
    makes it. Source: ours.
    """
    shuffled = with_random_weights(network, seed)
    shuffled.load_state_dict(network.state_dict())
    generator = torch.Generator().manual_seed(seed)
    for weight in shuffled.parameters():
        if weight.requires_grad:  # transformers freezes what is computed, such as sinusoids, when it builds a network
            weight.copy_(_shuffled(weight, generator))
    return shuffled


@torch.no_grad()
def reshuffled(network: PreTrainedModel, seeds: Sequence[int]) -> Iterator[PreTrainedModel]:
    """Networks as ``with_shuffled_weights`` makes them, for each seed in turn: one network, its weights permuted again
    in their places, so that each is to be used before the next is asked for.

    A large table of embeddings is permuted once; after that its rows change places: a text then reads other rows,
    whose values never stood for its tokens.
    """
    shuffled = with_shuffled_weights(network, seeds[0])
    tables = [module.weight for module in shuffled.modules() if isinstance(module, nn.Embedding)]
    large = {id(table) for table in tables if len(table) >= LARGE_TABLE}
    learned = [weight for weight in shuffled.parameters() if weight.requires_grad]
    yield shuffled
    for seed in seeds[1:]:
        generator = torch.Generator().manual_seed(seed)
        for weight in learned:
            if id(weight) in large:
                weight.copy_(weight[torch.randperm(len(weight), generator=generator)])
            else:
                weight.copy_(_shuffled(weight, generator))
        yield shuffled


def _shuffled(weight: Shaped[Tensor, "*axes"], generator: torch.Generator) -> Shaped[Tensor, "*axes"]:
    # The same order in numbers half as long, which is what takes the time.
    numbers = torch.int32 if weight.numel() <= torch.iinfo(torch.int32).max else torch.int64
    order = torch.randperm(weight.numel(), generator=generator, dtype=numbers).to(weight.device)
    return weight.flatten().index_select(0, order).view_as(weight)
