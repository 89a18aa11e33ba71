"""Gates between the heads and W_O: some families multiply what each head gives, dimension by dimension, before it is
projected (Qwen3-Next, Qwen3.5, LFM3, Ling 3). A head's contribution holds its gate.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from mhattn_core.tap.interface import Call
from mhattn_core.tap.own_errors import OwnErrors

if TYPE_CHECKING:
    from mhattn_core.tap.survey import Site

See = Callable[[Call], None]
Candidates = Mapping[int, Sequence[tuple[nn.Linear, Tensor]]]
"""By number of the call, the linear layers after it that are given as many numbers as the heads give, with these."""


class GateFinder:
    """Finds W_O behind a gate, in a forward that repeats one whose ``candidates`` are known: with each number that the
    heads give multiplied by a number of its own, it is given just these multiples of what it was given before. What
    normalises heads, or mixes them, would give it something else.

    It then goes on with what it was given before, so that each later call is as it was.
    """

    def __init__(self, candidates: Candidates, own_errors: OwnErrors) -> None:
        self._candidates = candidates
        self._own_errors = own_errors
        self._calls = 0
        self._awaited: tuple[int, Tensor] | None = None
        self._found: defaultdict[int, list[nn.Module]] = defaultdict(list)
        self._handles: list[torch.utils.hooks.RemovableHandle] = []

    def watch(self, call: Call) -> Tensor | None:
        """What takes the place of the output of a call whose W_O is looked for."""
        with self._own_errors:
            number, self._awaited = self._calls, None
            self._calls += 1
            if number not in self._candidates:
                return None
            drawn = torch.Generator().manual_seed(number)
            # Far from one on the average: a norm undoes that, by more than half precision blurs.
            factors = (2 + torch.rand(call.output.shape, generator=drawn)).to(call.output)
            self._awaited = number, factors.flatten(-2)
            return call.output * factors

    def _look(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if self._awaited is None:
            return None
        number, factors = self._awaited
        with self._own_errors:
            before = next((given for one, given in self._candidates[number] if one is module), None)
            if before is None:
                return None
            expected = before * factors.reshape(before.shape)
            close = 32 * torch.finfo(before.dtype).eps
            if torch.allclose(inputs[0], expected, rtol=close, atol=0) and not torch.equal(inputs[0], before):
                self._found[number].append(module)
            return before, *inputs[1:]

    @property
    def found(self) -> dict[int, nn.Module]:
        """By number of the call."""
        return {number: modules[0] for number, modules in self._found.items() if len(modules) == 1}

    def __enter__(self) -> None:
        for module in {module for of_call in self._candidates.values() for module, _given in of_call}:
            self._handles.append(module.register_forward_pre_hook(self._look))

    def __exit__(self, *_exception: object) -> None:
        for handle in self._handles:
            handle.remove()


@contextmanager
def through_gates(sites: Mapping[str, Sequence["Site"]], see: See) -> Iterator[See]:
    """What to watch with, so that ``see`` is shown each call with what its heads give to W_O as its output: behind the
    gate, where there is one.
    """
    if not any(site.gated for of_stack in sites.values() for site in of_stack):
        yield see
        return
    gated = _Gated(sites, see)
    with gated:
        yield gated.watch


class _Gated(TorchFunctionMode):
    """Torch keeps the mode that sees a projection per thread, so nothing is installed in the network."""

    def __init__(self, sites: Mapping[str, Sequence["Site"]], see: See) -> None:
        super().__init__()
        self._sites = sites
        self._see = see
        self._awaited: tuple[Call, nn.Module] | None = None

    def watch(self, call: Call) -> None:
        site = self._sites[call.stack][call.layer]
        if site.gated and site.projection is not None:
            self._awaited = call, site.projection
        else:
            self._see(call)

    def __torch_function__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self._awaited is not None and function is nn.functional.linear:
            call, projection = self._awaited
            if args[1] is projection.weight:
                self._awaited = None
                self._see(replace(call, output=args[0].reshape(call.output.shape)))
        return function(*args, **(kwargs or {}))
