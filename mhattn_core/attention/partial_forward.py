"""Running a network again from one of its layers on, for copies of a batch that do not differ below it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mhattn_core.attention.ablation import Ablation
from mhattn_core.attention.own_modules import OwnModules
from mhattn_core.attention.quick_linear import quicken
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Watcher

# A decoder's layer attends to itself and across.
LISTS = {"encoder": "encoder", "decoder": "decoder", "cross": "decoder"}

Start = Mapping[str, int]
"""Of each list of layers, ``encoder`` or ``decoder``, the first that is computed."""


class Restart:
    """A network of own modules whose layers can be skipped."""

    def __init__(self, model: Model, lists: Mapping[str, tuple[str, int]]) -> None:
        self._own = OwnModules.of(model)
        self.network = self._own.network
        quicken(self.network)
        self.layers = {name: layers for name, (_path, layers) in lists.items()}
        self._outputs: dict[str, list[Any]] = {}
        self._start: Start = dict.fromkeys(lists, 0)
        self._given: dict[str, Any] = {}
        self._recording = False
        for name, (path, layers) in lists.items():
            for place in range(layers):
                module = self.network.get_submodule(f"{path}.{place}")
                module.__dict__["forward"] = partial(self._forward, name, place, module.forward)

    @classmethod
    def of(cls, model: Model) -> "Restart | None":
        """None where the layers are not one list of modules each: shared by several layers, or out of the tap's
        reach.
        """
        paths = {module: path for path, module in model.network.named_modules()}
        lists: dict[str, tuple[str, int]] = {}
        for stack in model.stacks:
            of_stack = [paths[module] for module, name in model.attention.stack_of.items() if name == stack]
            found = _list_of(of_stack, model.attention.layers(stack), model.network)
            if found is None or lists.setdefault(LISTS[stack], found) != found:
                return None
        return cls(model, lists)

    def start_of(self, ablate: Ablation) -> Start:
        """The first layers that feel these heads."""
        first = dict(self.layers)
        for stack, layer, _head in ablate:
            first[LISTS[stack]] = min(first[LISTS[stack]], layer)
        if "decoder" in first and first.get("encoder", 0) < self.layers.get("encoder", 0):
            first["decoder"] = 0  # it reads what the encoder makes
        return first

    def record(self, run: Callable[[nn.Module, int], Tensor]) -> Float[Tensor, "row part"]:
        """One whole forward, whose layers' outputs are kept for ``again``."""
        self._start = dict.fromkeys(self.layers, 0)
        self._outputs = {name: [] for name in self.layers}
        self._recording = True
        try:
            return run(self.network, 1)
        finally:
            self._recording = False

    def again(
        self, run: Callable[[nn.Module, int], Tensor], start: Start, rows: int, copies: int, watcher: Watcher
    ) -> Float[Tensor, "{rows}*{copies} part"]:
        """A forward of ``copies`` of the recorded batch, one behind another, from the layers of ``start`` on; the
        watcher sees these only.
        """
        self._start = start
        self._given = {
            name: _repeated(self._outputs[name][place - 1], rows, copies) for name, place in start.items() if place
        }
        with self._own.watching(watcher):
            return run(self.network, copies)

    def _forward(self, name: str, place: int, forward: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if place < self._start[name]:
            return self._given[name]
        output = forward(*args, **options)
        if self._recording:
            self._outputs[name].append(output)
        return output


def _list_of(paths: list[str], layers: int, network: nn.Module) -> tuple[str, int] | None:
    """Path and length of the list whose elements hold one of ``paths`` each, in order."""
    if len(paths) != layers:
        return None
    for path, module in network.named_modules():
        is_list = isinstance(module, nn.ModuleList) and len(module) == layers
        if is_list and all(of_layer.startswith(f"{path}.{place}.") for place, of_layer in enumerate(paths)):
            return path, layers
    return None


def _repeated(output: Any, rows: int, copies: int) -> Any:
    """What a layer gave, for each copy; what is not of a row (a table of positions) stays as it is."""
    if isinstance(output, tuple):
        return tuple(_repeated(part, rows, copies) for part in output)
    if isinstance(output, Tensor) and output.dim() > 1 and len(output) == rows:
        return torch.cat([output] * copies)
    return output
