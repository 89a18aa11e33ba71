"""In which layer a forward is: the element of each list of modules that it has entered and not left."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import nn

Entered = Mapping[str, int]
"""By the path of a list of modules, the number of the element that runs."""


class LayersEntered:
    """Watches one forward. ``now`` is where it is; ``lengths``: of each list, how many elements it has."""

    def __init__(self, network: nn.Module) -> None:
        self._lists = {path: part for path, part in network.named_modules() if isinstance(part, nn.ModuleList)}
        self.lengths = {path: len(layers) for path, layers in self._lists.items()}
        self._now: dict[str, int] = {}
        self._handles: list[torch.utils.hooks.RemovableHandle] = []

    @property
    def now(self) -> Entered:
        return dict(self._now)

    def numbers(self, places: Sequence[Entered], layers: int) -> list[int] | None:
        """The layer that a forward was in at each place, by the one list of ``layers`` elements that all of them lie
        in; None where there is none, or more than one.
        """
        lists = [path for path, length in self.lengths.items() if length == layers]
        inside = [path for path in lists if places and all(path in place for place in places)]
        return [place[inside[0]] for place in places] if len(inside) == 1 else None

    def __enter__(self) -> "LayersEntered":
        for path, layers in self._lists.items():
            for number, layer in enumerate(layers):
                self._handles += [
                    layer.register_forward_pre_hook(partial(self._enter, path, number)),
                    layer.register_forward_hook(partial(self._leave, path)),
                ]
        return self

    def _enter(self, path: str, number: int, *_call: Any) -> None:
        self._now[path] = number

    def _leave(self, path: str, *_call: Any) -> None:
        self._now.pop(path, None)

    def __exit__(self, *_exception: object) -> None:
        for handle in self._handles:
            handle.remove()
