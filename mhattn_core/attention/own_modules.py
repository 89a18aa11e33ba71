"""A second set of a network's modules on the same weights, for whoever must hook them or change what they do."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from torch import nn

from mhattn_core.models.model import Model
from mhattn_core.models.shared_weights import on_shared_weights
from mhattn_core.tap.interface import LayerOf, Watcher, watching


@dataclass(frozen=True, eq=False)
class OwnModules:
    """One caller's modules. The network that they are copies of belongs to all threads and is left alone.

    ``copies``: of each of its modules, the copy; ``stack_of``: the stack of each attention module among the copies.
    """

    network: nn.Module
    copies: Mapping[nn.Module, nn.Module]
    stack_of: Mapping[nn.Module, str]
    layer_of: LayerOf

    @classmethod
    def of(cls, model: Model) -> "OwnModules":
        """Weights and buffers are shared with the network and take no memory again."""
        network = on_shared_weights(model.network)
        copies = {module: network.get_submodule(path) for path, module in model.network.named_modules()}
        stack_of = {copies[module]: stack for module, stack in model.attention.stack_of.items()}
        return cls(network, copies, stack_of, model.attention.layer_of)

    def watching(self, watcher: Watcher) -> AbstractContextManager[None]:
        """Show every attention call of one forward through these modules, in this thread, to ``watcher``."""
        return watching(self.stack_of, watcher, self.layer_of)
