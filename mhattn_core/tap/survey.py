"""One dummy forward tells where a network attends: its stacks, layers, heads and output projections."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
from torch import nn
from transformers import PreTrainedModel

from mhattn_core.heads import STACKS, Head
from mhattn_core.tap.dummy import dummy_inputs
from mhattn_core.tap.entered import Entered, LayersEntered
from mhattn_core.tap.fallback import Products, Softmaxes
from mhattn_core.tap.full_precision import full_precision
from mhattn_core.tap.gates import GateFinder
from mhattn_core.tap.interface import UNTAPPED, Call, LayerOf, Parts, Watcher, in_one, nth_layer, watching
from mhattn_core.tap.own_errors import OwnErrors
from mhattn_core.tap.parts import reads_in_parts
from mhattn_core.tap.projections import ProjectionFinder
from mhattn_core.tap.refusals import forward_failed, in_windows, not_followed, unequal_layers, unlike_their_own
from mhattn_core.tap.shapes import DummyCalls, in_full, layers_of_calls

CROSS = re.compile(r"encoder_attn|EncDecAttention|cross_?att", re.IGNORECASE)
# The decoder of a pair of BERTs has an "encoder" of its own.
ENCODER = re.compile(r"((?!(\w+_)?decoder\.)\w+\.)*(\w+_)?encoder\.")

# XLNet multiplies with a bare parameter: there is no module to find.
_WITHOUT_PROJECTION = {"xlnet"}


@dataclass(frozen=True)
class Site:
    """One layer of one stack: its number of heads, 0 where it does not attend, and the projection W_O behind them where
    it was found; ``gated``: what the heads give is multiplied by a gate before it.
    """

    heads: int
    projection: nn.Module | None
    gated: bool = False


WITHOUT_ATTENTION = Site(0, None)


@dataclass(frozen=True)
class AttentionMap:
    """Where a network attends, and how it is read.

    ``sites[stack]`` are its layers in order, those among them that do not attend (states, convolutions, windows): a
    layer's number is its true one. ``layer_of`` tells the layer of each call where there are such. ``reading`` is
    ``tap`` (our attention function; ``stack_of`` names each module's stack) or ``products`` (the family's own
    attention, see ``tap.fallback``; ``order`` holds stack and number of heads of each product of one forward).
    ``reads_in_parts``: whether some queries at a time give what all together do, seen with a few tokens.
    """

    sites: Mapping[str, tuple[Site, ...]]
    stack_of: Mapping[nn.Module, str]
    reading: Literal["tap", "products"] = "tap"
    order: tuple[tuple[str, int], ...] = ()
    layer_of: LayerOf = field(default_factory=dict)
    reads_in_parts: bool = False

    @property
    def stacks(self) -> tuple[str, ...]:
        """``("encoder",)``, ``("decoder",)`` or ``("encoder", "decoder", "cross")``."""
        return tuple(self.sites)

    def layers(self, stack: str) -> int:
        """How many layers there are, whether they attend or not."""
        return len(self.sites[stack])

    def attending(self, stack: str) -> tuple[int, ...]:
        """The numbers of the layers that attend; all, of most networks."""
        return tuple(layer for layer, site in enumerate(self.sites[stack]) if site.heads)

    def heads(self, stack: str) -> int:
        """How many heads a layer has that attends."""
        return self.sites[stack][self.attending(stack)[0]].heads

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
        return all(site.projection is not None for sites in self.sites.values() for site in sites if site.heads)

    @property
    def gives_value_norms(self) -> bool:
        """Whether a value has one length through W_O, whatever query receives it: a gate has another at each query."""
        gated = any(site.gated for sites in self.sites.values() for site in sites)
        return self.gives_values and self.gives_contributions and not gated

    @contextmanager
    def watching(self, watcher: Watcher, parts: Parts = in_one) -> Iterator[None]:
        """Show every attention call of one forward, in this thread, to ``watcher``. parts: only with
        ``reads_in_parts``.
        """
        if self.reading == "tap":
            with watching(self.stack_of, watcher, self.layer_of, parts):
                yield
        else:
            with full_precision(), Products(self.order, watcher, self.layer_of):
                yield


def survey(network: PreTrainedModel) -> AttentionMap:
    """Run a few tokens through ``network`` and map its calls of the tap, or its attention products.

    Layers without attention, and those that attend in windows beside others that attend in full, are mapped as layers
    without heads. Raises Problem, with the reason that was observed (see ``tap.refusals``), unless every other layer
    has one pattern ``[batch, head, query, key]`` in full with as many heads as the others; for a network without the
    tap also when its own ``output_attentions`` differ or a layer's output projection is not found.
    """
    config = network.config
    tapped = config._attn_implementation != UNTAPPED
    if getattr(config, "attention_type", None) == "block_sparse":
        # BigBird reads sentences as short as ours in full, and leaves keys out of longer ones.
        raise in_windows(config)
    forward = _run(network, tapped)
    calls, stacks = forward.seen.calls, forward.seen.stacks
    whole = next(filter(in_full, calls), None)
    if not config.is_encoder_decoder and whole and _is_causal(whole):
        stacks = ["decoder"] * len(stacks)
    seen = replace(forward.seen, stacks=stacks)
    layer_of, layers = layers_of_calls(config, seen)
    followed = tapped or config.model_type in _WITHOUT_PROJECTION or len(forward.projections) == len(calls)
    if len(stacks) != len(calls):
        raise unlike_their_own(config)
    if not followed:
        raise not_followed(config)
    sites = {stack: [WITHOUT_ATTENTION] * layers[stack] for stack in STACKS if stack in layers}
    counted: Counter[str] = Counter()
    for number, (call, stack) in enumerate(zip(calls, stacks, strict=True)):
        layer = nth_layer(layer_of, stack, counted[stack])
        counted[stack] += 1
        if layer is not None:
            found = forward.projections.get(number)
            sites[stack][layer] = Site(call.pattern.shape[1], found, number in forward.gated)
    for heads in ([site.heads for site in of if site.heads] for of in sites.values()):
        if len(set(heads)) > 1:
            raise unequal_layers(config, heads)
    whole_sites = {stack: tuple(of) for stack, of in sites.items()}
    if not tapped:
        order = tuple((stack, call.pattern.shape[1]) for call, stack in zip(calls, stacks, strict=True))
        return AttentionMap(whole_sites, {}, "products", order, layer_of)
    stack_of = {call.module: stack for call, stack in zip(calls, stacks, strict=True) if call.module}
    in_parts = all(map(in_full, calls)) and reads_in_parts(network, stack_of, calls)
    return AttentionMap(whole_sites, stack_of, layer_of=layer_of, reads_in_parts=in_parts)


@dataclass(frozen=True)
class _Forward:
    """What one dummy forward showed, and the projection behind each call where it was found; ``gated``: the numbers of
    calls with a gate before it.
    """

    seen: DummyCalls
    projections: Mapping[int, nn.Module]
    gated: Set[int]


@torch.no_grad()
def _run(network: PreTrainedModel, tapped: bool) -> _Forward:
    encoder_decoder = bool(network.config.is_encoder_decoder)
    stack_of = {module: _stack(path, encoder_decoder) for path, module in network.named_modules()}
    calls: list[Call] = []
    places: list[Entered] = []
    ours = OwnErrors()
    finder = ProjectionFinder(network, ours)
    entered = LayersEntered(network)
    softmaxes = Softmaxes(entered)

    def watch(call: Call) -> None:
        with ours:
            finder.expect(len(calls), call.output)
            calls.append(call)
            places.append(entered.now)

    watched = watching(stack_of, watch) if tapped else Products(None, watch)
    inputs: dict[str, Any] = dict(dummy_inputs(network)) | ({} if tapped else {"output_attentions": True})
    try:
        with finder, entered, softmaxes, watched:
            returned = network(**inputs)
        gates = GateFinder(finder.candidates if tapped else {}, ours)
        if finder.candidates and tapped:
            with gates, watching(stack_of, gates.watch):
                network(**inputs)
    except Exception as error:  # a network that wants more than tokens says so in its own way
        if error is ours.raised:
            raise
        raise forward_failed(network, error) from error
    stacks = [call.stack for call in calls] if tapped else _stacks_by_value(calls, returned, encoder_decoder)
    seen = DummyCalls(calls, stacks, places, softmaxes.shapes, entered)
    return _Forward(seen, gates.found | finder.found, gates.found.keys())


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
