"""One dummy forward tells where a network attends: its stacks, layers, heads and output projections."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.pytorch_utils import Conv1D

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.tap.interface import Call, watching

CROSS = re.compile(r"encoder_attn|EncDecAttention|cross_?att", re.IGNORECASE)
# The decoder of a pair of BERTs has an "encoder" of its own.
ENCODER = re.compile(r"((?!decoder)\w+\.)*encoder\.")

# Two lengths that differ, so that a pattern with its axes swapped or cut to a window is noticed.
SOURCE_LENGTH, TARGET_LENGTH = 7, 5

_STACKS = ("encoder", "decoder", "cross")


@dataclass(frozen=True)
class Site:
    """One layer of one stack: its number of heads, and the projection W_O behind them where it was found."""

    heads: int
    projection: nn.Module | None


@dataclass(frozen=True)
class AttentionMap:
    """Where a network attends: ``sites[stack]`` are its layers in order, ``stack_of`` names each module's stack."""

    sites: Mapping[str, tuple[Site, ...]]
    stack_of: Mapping[nn.Module, str]

    @property
    def stacks(self) -> tuple[str, ...]:
        """``("encoder",)``, ``("decoder",)`` or ``("encoder", "decoder", "cross")``."""
        return tuple(self.sites)

    def layers(self, stack: str) -> int:
        return len(self.sites[stack])

    def heads(self, stack: str) -> int:
        return self.sites[stack][0].heads


def survey(network: PreTrainedModel) -> AttentionMap:
    """Run a few tokens through ``network`` and map its calls of the tap.

    Raises Problem when it calls the tap less or more often than it has layers, or with a pattern that is not
    ``[batch, head, query, key]`` in full (attention in windows or blocks).
    """
    encoder_decoder = bool(network.config.is_encoder_decoder)
    stack_of = {module: _stack(path, encoder_decoder) for path, module in network.named_modules()}
    calls: list[Call] = []
    finder = _ProjectionFinder(network)

    def watch(call: Call) -> None:
        finder.expect(len(calls), call.output)
        calls.append(call)

    with finder, torch.no_grad(), watching(stack_of, watch):
        network(**_dummy_inputs(network))

    if not encoder_decoder and calls and _is_causal(calls[0].pattern):
        stack_of = dict.fromkeys(stack_of, "decoder")
    shapes: dict[str, list[tuple[int, ...]]] = {}
    sites: dict[str, list[Site]] = {}
    for number, call in enumerate(calls):
        stack = stack_of[call.module]
        shapes.setdefault(stack, []).append(tuple(call.pattern.shape[2:]))
        sites.setdefault(stack, []).append(Site(call.pattern.shape[1], finder.found.get(number)))
    if shapes != _expected_shapes(network.config, causal="decoder" in shapes):
        raise Problem(
            _("The attention of “{family}” models cannot be read in full: it is computed in windows, or out of reach.").format(
                family=network.config.model_type
            ),
            _("Choose a model whose attention covers the whole sentence; the README lists the families."),
        )
    attending = {call.module: stack_of[call.module] for call in calls}
    return AttentionMap({stack: tuple(sites[stack]) for stack in _STACKS if stack in sites}, attending)


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


def _dummy_inputs(network: PreTrainedModel) -> dict[str, Tensor]:
    def tokens(length: int) -> Tensor:
        # From the middle of the vocabulary, where no special tokens are.
        middle = network.get_input_embeddings().weight.shape[0] // 2
        return torch.arange(middle, middle + length, device=network.device).unsqueeze(0)

    inputs = {"input_ids": tokens(SOURCE_LENGTH)}
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    if network.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = tokens(TARGET_LENGTH)
    return inputs


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
