"""Whether what heads add reaches later layers as a sum, and what norms do to it: told by value, since families name and
order their modules differently.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

CLOSE = 1e-3
"""How far two numbers may lie apart, as a share of the largest, and still be the same."""
ROUNDING = 1e-6
"""The same for what is left when numbers are taken from one another, as a share of them."""


@dataclass(frozen=True, eq=False)
class Ran:
    """A module of one tensor as it ran: what it was given and what it gave."""

    module: nn.Module
    given: Tensor
    gave: Tensor


@contextmanager
def watch_modules(modules: Iterable[nn.Module]) -> Iterator[list[Ran]]:
    """Where those of these modules (of a network of one's own) that make one tensor of one tensor will stand, as they
    end.
    """
    ran: list[Ran] = []

    def keep(module: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        first = output[0] if isinstance(output, tuple) and output else output
        if inputs and isinstance(inputs[0], Tensor) and isinstance(first, Tensor) and first.is_floating_point():
            ran.append(Ran(module, inputs[0], first))

    handles = [module.register_forward_hook(keep) for module in modules]
    try:
        yield ran
    finally:
        for handle in handles:
            handle.remove()


def is_a_sum(projections: Sequence[Sequence[nn.Module | None]], ran: Sequence[Ran], states: Sequence[Tensor]) -> bool:
    """Whether each state is the one before it, plus the attention's projections, plus one more module's output.

    projections: of each stack that adds to these states, layer by layer; None where none was found.
    """
    if len(states) != len(projections[0]) + 1:
        return False
    gave = {id(call.module): call.gave for call in ran}
    for before, after, here in zip(states, states[1:], zip(*projections, strict=True), strict=False):
        if any(projection is None or id(projection) not in gave for projection in here):
            return False
        rest = after - before - sum(gave[id(projection)].reshape(before.shape) for projection in here)
        # A module that adds next to nothing differs from the rest by what rounding leaves of the sum.
        rounding = ROUNDING * float(after.abs().max())
        # Some networks have layers of attention only.
        if float(rest.abs().max()) > rounding and not any(
            call.gave.numel() == rest.numel() and same(call.gave.reshape(rest.shape), rest, at_least=rounding)
            for call in ran
        ):
            return False
    return True


@dataclass(frozen=True, eq=False)
class Norm:
    """A norm as one applies it to a vector x: ``weight · (x − its mean, if centred) · scale + bias``, where the scale
    hangs on x. weight, bias: ``[dimension]``, float64.
    """

    weight: Float[Tensor, " dimension"]
    bias: Float[Tensor, " dimension"]
    centred: bool

    def without_scale(self, vectors: Float[Tensor, "*batch dimension"]) -> Float[Tensor, "*batch dimension"]:
        """Centred and weighted: what the norm does to parts of x, but for a factor that all parts have in common."""
        return self.weight * self._centred(vectors)

    def scale_of(
        self, given: Float[Tensor, "*batch dimension"], gave: Float[Tensor, "*batch dimension"], factor: float = 1.0
    ) -> Float[Tensor, "*batch 1"] | None:
        """The scale of each vector, where ``factor`` times what the norm makes of it is ``gave``; None where it is
        something else.
        """
        inside, wanted = self.without_scale(given), gave - factor * self.bias
        scale = (inside * wanted).sum(dim=-1, keepdim=True) / inside.square().sum(dim=-1, keepdim=True)
        return scale if same(scale * inside, wanted) else None

    def alone(self, vectors: Float[Tensor, "*batch dimension"]) -> Float[Tensor, "*batch dimension"]:
        """Each vector as if it were the whole of x, without the bias: of root mean square 1 before the weight."""
        centred = self._centred(vectors)
        return self.weight * centred / centred.square().mean(dim=-1, keepdim=True).sqrt().clamp(min=1e-12)

    def _centred(self, vectors: Tensor) -> Tensor:
        return vectors - vectors.mean(dim=-1, keepdim=True) if self.centred else vectors


def norm_before(ran: Sequence[Ran], asked: Ran) -> Ran | None:
    """The innermost module that gave out what a language head (``asked``) is given, but for one factor (T5's), and did something to
    it.
    """
    for call in ran:
        if call.gave.shape == asked.given.shape == call.given.shape and not same(call.gave, call.given):
            factor = asked.given.norm() / call.gave.norm()
            if not any(call.module.children()) and same(factor * call.gave, asked.given):
                return call
    return None


def norm_of(ran: Ran) -> Norm | None:
    """The module that ran, as a norm of each position; None where it is something else."""
    size = ran.given.shape[-1]
    if ran.given.shape != ran.gave.shape or any(ran.module.children()):
        return None

    def apply(vector: Tensor) -> Tensor:
        like = vector.to(ran.given).expand_as(ran.given).contiguous()
        return ran.module(like).reshape(-1, size)[0].double()

    # Of mean 0 and root mean square 1: the norm leaves it alone but for its own weight and bias.
    probe = torch.ones(size, dtype=torch.double, device=ran.given.device)
    probe[::2] = -1
    bias = apply(torch.zeros_like(probe))
    weight = (apply(probe) - bias) / probe
    norm = Norm(weight, bias, bool(same(apply(probe + 1), apply(probe))))
    return None if norm.scale_of(ran.given.double(), ran.gave.double()) is None else norm


def same(one: Tensor, other: Tensor, *, at_least: float = 1e-12) -> bool:
    """Whether two tensors are equal, to a share of the largest number (or ``at_least``)."""
    return bool((one - other).abs().max() <= max(CLOSE * float(other.abs().max()), at_least))
