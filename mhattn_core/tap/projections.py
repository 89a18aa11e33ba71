"""Which module is W_O, the projection behind the heads of each layer."""

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from mhattn_core.tap.gates import Candidates
from mhattn_core.tap.own_errors import OwnErrors


class ProjectionFinder:
    """Finds W_O: the one linear layer after a call whose input equals the per-head output by value.

    By value, because the projection may lie outside the module that calls (BERT) or be fed a copy (GPT-2).
    """

    def __init__(self, network: PreTrainedModel, own_errors: OwnErrors) -> None:
        self._own_errors = own_errors
        self._fed: defaultdict[int, list[nn.Module]] = defaultdict(list)
        self._as_many: defaultdict[int, list[tuple[nn.Linear, Tensor]]] = defaultdict(list)
        self._network = network
        self._awaited: tuple[int, Tensor] | None = None
        self._handles: list[torch.utils.hooks.RemovableHandle] = []

    def expect(self, number: int, output: Tensor) -> None:
        self._awaited = number, output.flatten(-2)

    def _look(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if self._awaited is None or not inputs:
            return
        number, output = self._awaited
        with self._own_errors:
            if inputs[0].numel() != output.numel():
                return
            if torch.equal(inputs[0].reshape(output.shape), output):
                self._fed[number].append(module)
            elif isinstance(module, nn.Linear):
                self._as_many[number].append((module, inputs[0]))

    @property
    def found(self) -> dict[int, nn.Module]:
        """By number of the call. What two layers are fed with, as an adapter beside W_O is, has no one projection."""
        return {number: modules[0] for number, modules in self._fed.items() if len(modules) == 1}

    @property
    def candidates(self) -> Candidates:
        """Of the calls behind which none was found, the layers that may be W_O behind a gate."""
        return {number: modules for number, modules in self._as_many.items() if not self._fed[number]}

    def __enter__(self) -> None:
        for module in self._network.modules():
            if isinstance(module, nn.Linear | Conv1D) and module.weight.is_floating_point():  # others are packed
                self._handles.append(module.register_forward_pre_hook(self._look))

    def __exit__(self, *_exception: object) -> None:
        for handle in self._handles:
            handle.remove()
