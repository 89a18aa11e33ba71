"""One dummy forward tells where a network attends: its stacks, layers, heads and output projections."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn
from transformers import PreTrainedModel

from mhattn_core.heads import STACKS, Head
from mhattn_core.tap.dummy import dummy_inputs
from mhattn_core.tap.fallback import Products, Softmaxes
from mhattn_core.tap.interface import UNTAPPED, Call, Watcher, watching
from mhattn_core.tap.own_errors import OwnErrors
from mhattn_core.tap.projections import ProjectionFinder
from mhattn_core.tap.refusals import forward_failed, in_windows, not_followed, unequal_layers, unlike_their_own
from mhattn_core.tap.shapes import check_shapes

CROSS = re.compile(r"encoder_attn|EncDecAttention|cross_?att", re.IGNORECASE)
# The decoder of a pair of BERTs has an "encoder" of its own.
ENCODER = re.compile(r"((?!(\w+_)?decoder\.)\w+\.)*(\w+_)?encoder\.")

# XLNet multiplies with a bare parameter: there is no module to find.
_WITHOUT_PROJECTION = {"xlnet"}


@dataclass(frozen=True)
class Site:
    """One layer of one stack: its number of heads, and the projection W_O behind them where it was found."""

    heads: int
    projection: nn.Module | None


@dataclass(frozen=True)
class AttentionMap:
    """Where a network attends, and how it is read.

    ``sites[stack]`` are its layers in order. ``reading`` is ``tap`` (our attention function; ``stack_of`` names each
    module's stack) or ``products`` (the family's own attention, see ``tap.fallback``; ``order`` holds stack and
    number of heads of each product of one forward).
    """

    sites: Mapping[str, tuple[Site, ...]]
    stack_of: Mapping[nn.Module, str]
    reading: Literal["tap", "products"] = "tap"
    order: tuple[tuple[str, int], ...] = ()

    @property
    def stacks(self) -> tuple[str, ...]:
        """``("encoder",)``, ``("decoder",)`` or ``("encoder", "decoder", "cross")``."""
        return tuple(self.sites)

    def layers(self, stack: str) -> int:
        return len(self.sites[stack])

    def heads(self, stack: str) -> int:
        return self.sites[stack][0].heads

    def all_heads(self) -> list[Head]:
        """Stack by stack, layer by layer."""
        return [
            Head(stack, layer, head)
            for stack, sites in self.sites.items()
            for layer, site in enumerate(sites)
            for head in range(site.heads)
        ]

    @property
    def gives_values(self) -> bool:
        """Whether queries, keys, values and masks are known; without them no head can attend uniformly either."""
        return self.reading == "tap"

    @property
    def gives_contributions(self) -> bool:
        """Whether W_O was found behind every layer, so that a layer's output is a sum over its heads."""
        return all(site.projection is not None for sites in self.sites.values() for site in sites)

    def watching(self, watcher: Watcher) -> AbstractContextManager[object]:
        """Show every attention call of one forward, in this thread, to ``watcher``."""
        return watching(self.stack_of, watcher) if self.reading == "tap" else Products(self.order, watcher)


def survey(network: PreTrainedModel) -> AttentionMap:
    """Run a few tokens through ``network`` and map its calls of the tap, or its attention products.

    Raises Problem, with the reason that was observed (see ``tap.refusals``), unless every layer has one pattern
    ``[batch, head, query, key]`` in full with as many heads as the others; for a network without the tap also when its
    own
    ``output_attentions`` differ or a layer's output projection is not found.
    """
    config = network.config
    tapped = config._attn_implementation != UNTAPPED
    if getattr(config, "attention_type", None) == "block_sparse":
        # BigBird reads sentences as short as ours in full, and leaves keys out of longer ones.
        raise in_windows(config)
    forward = _run(network, tapped)
    calls, stacks = forward.calls, forward.stacks
    if not config.is_encoder_decoder and calls and _is_causal(calls[0]):
        stacks = ["decoder"] * len(stacks)
    shapes: dict[str, list[tuple[int, ...]]] = {}
    sites: dict[str, list[Site]] = {}
    for number, (call, stack) in enumerate(zip(calls, stacks, strict=False)):
        shapes.setdefault(stack, []).append(tuple(call.pattern.shape[2:]))
        sites.setdefault(stack, []).append(Site(call.pattern.shape[1], forward.projections.get(number)))
    check_shapes(config, calls, shapes, forward.softmaxes)
    followed = tapped or config.model_type in _WITHOUT_PROJECTION or len(forward.projections) == len(calls)
    if len(stacks) != len(calls):
        raise unlike_their_own(config)
    if not followed:
        raise not_followed(config)
    for heads in ([site.heads for site in layers] for layers in sites.values()):
        if len(set(heads)) > 1:
            raise unequal_layers(config, heads)
    layers = {stack: tuple(sites[stack]) for stack in STACKS if stack in sites}
    if not tapped:
        order = tuple((stack, call.pattern.shape[1]) for call, stack in zip(calls, stacks, strict=True))
        return AttentionMap(layers, {}, "products", order)
    return AttentionMap(layers, {call.module: stack for call, stack in zip(calls, stacks, strict=True) if call.module})


@dataclass(frozen=True)
class _Forward:
    """What one dummy forward showed: calls with the stack of each (fewer where they are not the network's own
    patterns), the projection behind each where it was found, and the shapes of all softmaxes."""

    calls: list[Call]
    stacks: list[str]
    projections: Mapping[int, nn.Module]
    softmaxes: Sequence[tuple[int, ...]]


@torch.no_grad()
def _run(network: PreTrainedModel, tapped: bool) -> _Forward:
    encoder_decoder = bool(network.config.is_encoder_decoder)
    stack_of = {module: _stack(path, encoder_decoder) for path, module in network.named_modules()}
    calls: list[Call] = []
    ours = OwnErrors()
    finder = ProjectionFinder(network, ours)
    softmaxes = Softmaxes()

    def watch(call: Call) -> None:
        with ours:
            finder.expect(len(calls), call.output)
            calls.append(call)

    watched = watching(stack_of, watch) if tapped else Products(None, watch)
    inputs: dict[str, Any] = dict(dummy_inputs(network)) | ({} if tapped else {"output_attentions": True})
    try:
        with finder, softmaxes, watched:
            returned = network(**inputs)
    except Exception as error:  # a network that wants more than tokens says so in its own way
        if error is ours.raised:
            raise
        raise forward_failed(network, error) from error
    stacks = [call.stack for call in calls] if tapped else _stacks_by_value(calls, returned, encoder_decoder)
    return _Forward(calls, stacks, finder.found, softmaxes.shapes)


def _stacks_by_value(calls: Sequence[Call], returned: Any, encoder_decoder: bool) -> list[str]:
    """The stack of each product: where its pattern is the next that the network itself returns.

    Shorter than ``calls`` as soon as one is not, and empty when the network returns more patterns than it multiplied.
    One stack that returns no patterns at all (its attention was patched) has them all; the projections must tell then.
    """
    names = {stack: f"{stack}_attentions" for stack in STACKS} if encoder_decoder else {"encoder": "attentions"}
    waiting = {stack: list(getattr(returned, name, None) or ()) for stack, name in names.items()}
    if not encoder_decoder and not any(waiting.values()):
        return ["encoder"] * len(calls)
    stacks: list[str] = []
    for call in calls:
        stack = next(
            (stack for stack, patterns in waiting.items() if patterns and torch.equal(patterns[0], call.pattern)), None
        )
        if stack is None:
            return stacks
        waiting[stack].pop(0)
        stacks.append(stack)
    return [] if any(waiting.values()) else stacks


def _stack(path: str, encoder_decoder: bool) -> str:
    if encoder_decoder and CROSS.search(path):
        return "cross"
    if encoder_decoder and not ENCODER.match(path):
        return "decoder"
    return "encoder"


def _is_causal(call: Call) -> bool:
    return not bool(call.pattern.triu(1).any())
