"""Networks with seeded random weights, the same whatever other threads draw or build meanwhile."""

import copy
from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import PreTrainedModel

BUILDING = RLock()
"""Held while transformers builds a network: it changes its own classes (how weights are initialised and tied) for the
time that takes.
"""


def with_random_weights(network: PreTrainedModel, seed: int = 0) -> PreTrainedModel:
    """The same architecture, initialised as for training with the draws that ``torch.manual_seed(seed)`` gives alone.

    torch's global generator is neither read nor set.
    """
    with BUILDING, SeededDraws(seed):
        return type(network)._from_config(
            copy.deepcopy(network.config), attn_implementation=network.config._attn_implementation, dtype=torch.float32
        )


class SeededDraws(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch gives its modes no types
    """Random operations of this thread draw from a generator of their own, on the CPU; those that name one keep it."""

    def __init__(self, seed: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._generator = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        if torch.Tag.nondeterministic_seeded in func.tags and kwargs.get("generator") is None:
            return _taking_a_generator(func)(*args, **kwargs | {"generator": self._generator})
        return func(*args, **kwargs)


def _taking_a_generator(func: torch._ops.OpOverload) -> torch._ops.OpOverload:
    """The overload with the same arguments and a generator. Raises LookupError where there is none."""
    wanted = {argument.name for argument in func._schema.arguments} | {"generator"}
    packet = func.overloadpacket
    for name in packet.overloads():
        overload: torch._ops.OpOverload = getattr(packet, name)
        if {argument.name for argument in overload._schema.arguments} == wanted:
            return overload
    raise LookupError(f"{func} draws from torch's global generator only")
