"""A second set of a network's modules on the same weights, for whoever must not change the first."""

import copy
from typing import TypeVar

from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def on_shared_weights(network: Network) -> Network:
    """Modules that compute the same on the same memory: a step of training shows in both, a hook, a mode or a setting
    in one alone.

    The copy's weights ask for no gradients. Tied weights stay tied.
    """
    shared = {id(buffer): buffer for buffer in network.buffers()}
    shared |= {id(weight): _without_gradient(weight) for weight in network.parameters()}
    return copy.deepcopy(network, shared)


def _without_gradient(weight: nn.Parameter) -> nn.Parameter:
    if not weight.requires_grad:
        return weight  # packed weights are parameters of classes of their own
    return nn.Parameter(weight.detach(), requires_grad=False)
