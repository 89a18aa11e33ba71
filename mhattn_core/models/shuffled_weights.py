"""Networks with the values of trained weights, and nothing of what they were trained to be."""

import torch
from transformers import PreTrainedModel

from mhattn_core.models.random_weights import with_random_weights


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
            order = torch.randperm(weight.numel(), generator=generator)
            weight.copy_(weight.flatten()[order].view_as(weight))
    return shuffled
