"""One dummy forward tells where a network attends: its stacks, layers, heads and output projections."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.pytorch_utils import Conv1D

from mhattn_core.tap.fallback import Products, Softmaxes
from mhattn_core.tap.interface import UNTAPPED, Call, Watcher, watching
from mhattn_core.tap.refusals import (
    forward_failed,
    in_windows,
    more_than_one_pattern,
    no_attention,
    other_layers,
    unequal_layers,
    unlike_their_own,
)

CROSS = re.compile(r"encoder_attn|EncDecAttention|cross_?att", re.IGNORECASE)
# The decoder of a pair of BERTs has an "encoder" of its own.
ENCODER = re.compile(r"((?!decoder)\w+\.)*encoder\.")

# Two lengths that differ, so that a pattern with its axes swapped or cut to a window is noticed.
SOURCE_LENGTH, TARGET_LENGTH = 7, 5

# The ``[query, key]`` of patterns in full.
_IN_FULL = {(SOURCE_LENGTH, SOURCE_LENGTH), (TARGET_LENGTH, TARGET_LENGTH), (TARGET_LENGTH, SOURCE_LENGTH)}

_STACKS = ("encoder", "decoder", "cross")

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

    Raises Problem when it makes less or more of them than it has layers, or with a pattern that is not
    ``[batch, head, query, key]`` in full (attention in windows or blocks), and for a network without the tap also when
    its own ``output_attentions`` differ or a layer's output projection is not found.
    """
    config = network.config
    encoder_decoder = bool(config.is_encoder_decoder)
    tapped = config._attn_implementation != UNTAPPED
    if getattr(config, "attention_type", None) == "block_sparse":
        # BigBird reads sentences as short as ours in full, and leaves keys out of longer ones.
        raise in_windows(config)
    stack_of = {module: _stack(path, encoder_decoder) for path, module in network.named_modules()}
    calls: list[Call] = []
    finder = _ProjectionFinder(network)
    softmaxes = Softmaxes()

    def watch(call: Call) -> None:
        finder.expect(len(calls), call.output)
        calls.append(call)

    try:
        with finder, softmaxes, torch.no_grad():
            if tapped:
                with watching(stack_of, watch):
                    network(**dummy_inputs(network))
                stacks = [call.stack for call in calls]
            else:
                with Products(None, watch):
                    returned = network(**dummy_inputs(network), output_attentions=True)
                stacks = _stacks_by_value(calls, returned, encoder_decoder)
    except Exception as error:  # a network that wants more than tokens says so in its own way
        raise forward_failed(network, error) from error

    if not encoder_decoder and calls and _is_causal(calls[0].pattern):
        stacks = ["decoder"] * len(stacks)
    shapes: dict[str, list[tuple[int, ...]]] = {}
    sites: dict[str, list[Site]] = {}
    for number, (call, stack) in enumerate(zip(calls, stacks, strict=False)):
        shapes.setdefault(stack, []).append(tuple(call.pattern.shape[2:]))
        sites.setdefault(stack, []).append(Site(call.pattern.shape[1], finder.found.get(number)))
    _check_shapes(config, calls, shapes, softmaxes.shapes)
    if len(stacks) != len(calls) or not (tapped or config.model_type in _WITHOUT_PROJECTION or len(finder.found) == len(calls)):
        raise unlike_their_own(config)
    for layers_of_stack in sites.values():
        heads = [site.heads for site in layers_of_stack]
        if len(set(heads)) > 1:
            raise unequal_layers(config, heads)
    layers = {stack: tuple(sites[stack]) for stack in _STACKS if stack in sites}
    if not tapped:
        order = tuple((stack, call.pattern.shape[1]) for call, stack in zip(calls, stacks, strict=True))
        return AttentionMap(layers, {}, "products", order)
    return AttentionMap(layers, {call.module: stack for call, stack in zip(calls, stacks, strict=True) if call.module})


def _check_shapes(
    config: PreTrainedConfig, calls: Sequence[Call], seen: Mapping[str, list[tuple[int, ...]]], softmaxes: Sequence[tuple[int, ...]]
) -> None:
    """Raises Problem, with what was observed, unless each layer has one pattern in full.

    softmaxes: the shapes of all, those of attention that neither reading sees among them; experts have three axes or fewer.
    """
    expected = _expected_shapes(config, causal="decoder" in seen)
    if seen == expected:
        return
    if any(len(shape) > 3 and shape[-2:] not in _IN_FULL for shape in softmaxes):
        raise in_windows(config)
    if not calls:
        raise no_attention(config)
    if sum(map(len, seen.values())) != len(calls):
        raise unlike_their_own(config)
    full = {stack: set(shapes) for stack, shapes in expected.items()}
    if any(shape not in full.get(stack, ()) for stack, shapes in seen.items() for shape in shapes):
        raise in_windows(config)
    if any(len(shapes) > len(expected[stack]) for stack, shapes in seen.items()):
        raise more_than_one_pattern(config, seen, expected)
    raise other_layers(config, seen, expected)


def _stacks_by_value(calls: Sequence[Call], returned: Any, encoder_decoder: bool) -> list[str]:
    """The stack of each product: where its pattern is the next that the network itself returns.

    Shorter than ``calls`` as soon as one is not, and empty when the network returns more patterns than it multiplied.
    """
    names = {stack: f"{stack}_attentions" for stack in _STACKS} if encoder_decoder else {"encoder": "attentions"}
    waiting = {stack: list(getattr(returned, name, None) or ()) for stack, name in names.items()}
    stacks: list[str] = []
    for call in calls:
        stack = next((stack for stack, patterns in waiting.items() if patterns and torch.equal(patterns[0], call.pattern)), None)
        if stack is None:
            return stacks
        waiting[stack].pop(0)
        stacks.append(stack)
    return [] if any(waiting.values()) else stacks


class _ProjectionFinder:
    """Finds W_O: the first linear layer after a call whose input equals the per-head output by value.

    By value, because the projection may lie outside the module that calls (BERT) or be fed a copy (GPT-2).
    """

    def __init__(self, network: PreTrainedModel) -> None:
        self.found: dict[int, nn.Module] = {}
        self._network = network
        self._awaited: tuple[int, Tensor] | None = None
        self._handles: list[torch.utils.hooks.RemovableHandle] = []

    def expect(self, number: int, output: Tensor) -> None:
        self._awaited = number, output.flatten(-2)

    def _look(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if self._awaited is None or not inputs:
            return
        number, output = self._awaited
        if inputs[0].numel() == output.numel() and torch.equal(inputs[0].reshape(output.shape), output):
            self.found[number] = module
            self._awaited = None

    def __enter__(self) -> None:
        for module in self._network.modules():
            if isinstance(module, nn.Linear | Conv1D):
                self._handles.append(module.register_forward_pre_hook(self._look))

    def __exit__(self, *_exception: object) -> None:
        for handle in self._handles:
            handle.remove()


def _stack(path: str, encoder_decoder: bool) -> str:
    if encoder_decoder and CROSS.search(path):
        return "cross"
    if encoder_decoder and not ENCODER.match(path):
        return "decoder"
    return "encoder"


def dummy_inputs(network: PreTrainedModel) -> dict[str, Tensor]:
    """A few ordinary tokens; of an encoder–decoder, fewer on the decoder's side."""

    def tokens(length: int) -> Tensor:
        # From the middle of the vocabulary, where no special tokens are.
        middle = _vocabulary(network) // 2
        return torch.arange(middle, middle + length, device=network.device).unsqueeze(0)

    inputs = {"input_ids": tokens(SOURCE_LENGTH)}
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    if network.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = tokens(TARGET_LENGTH)
    return inputs


def _vocabulary(network: PreTrainedModel) -> int:
    try:
        return int(network.get_input_embeddings().weight.shape[0])
    except (AttributeError, NotImplementedError):
        return int(getattr(network.config.get_text_config(), "vocab_size", 256))  # bytes need no table


def _is_causal(pattern: Tensor) -> bool:
    return not bool(pattern.triu(1).any())


def _expected_shapes(config: PreTrainedConfig, *, causal: bool) -> dict[str, list[tuple[int, ...]]]:
    if not config.is_encoder_decoder:
        stack = "decoder" if causal else "encoder"
        return {stack: [(SOURCE_LENGTH, SOURCE_LENGTH)] * _layers(config, "num_hidden_layers")}
    encoder_layers = _layers(getattr(config, "encoder", config), "encoder_layers", "num_layers", "num_hidden_layers")
    decoder_layers = _layers(getattr(config, "decoder", config), "decoder_layers", "num_decoder_layers", "num_hidden_layers")
    return {
        "encoder": [(SOURCE_LENGTH, SOURCE_LENGTH)] * encoder_layers,
        "decoder": [(TARGET_LENGTH, TARGET_LENGTH)] * decoder_layers,
        "cross": [(TARGET_LENGTH, SOURCE_LENGTH)] * decoder_layers,
    }


def _layers(config: PreTrainedConfig, *names: str) -> int:
    """The first of ``names`` that the config of the text side gives; 0, which no calls match, where it gives none."""
    text = config.get_text_config()
    return next((int(getattr(text, name)) for name in names if getattr(text, name, None) is not None), 0)
