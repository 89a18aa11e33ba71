"""Which layers gave one pattern in full, by the shapes that were seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from transformers import PreTrainedConfig

from mhattn_core.errors import Problem
from mhattn_core.tap.dummy import SOURCE_LENGTH, TARGET_LENGTH
from mhattn_core.tap.entered import Entered, LayersEntered
from mhattn_core.tap.interface import ALL_ATTEND, Call, LayerOf
from mhattn_core.tap.refusals import (
    cannot_be_followed,
    more_than_one_pattern,
    no_attention,
    not_in_full,
    other_layers,
    unlike_their_own,
)

# The ``[query, key]`` of patterns in full.
_IN_FULL = {(SOURCE_LENGTH, SOURCE_LENGTH), (TARGET_LENGTH, TARGET_LENGTH), (TARGET_LENGTH, SOURCE_LENGTH)}

_Shapes = dict[str, list[tuple[int, ...]]]


@dataclass(frozen=True)
class DummyCalls:
    """What one dummy forward showed: calls with the stack of each (fewer where they are not the network's own
    patterns), the layer that each was in, and the shape of every softmax with its layer.
    """

    calls: Sequence[Call]
    stacks: Sequence[str]
    entered: Sequence[Entered]
    softmaxes: Sequence[tuple[tuple[int, ...], Entered]]
    lists: LayersEntered


def in_full(call: Call) -> bool:
    """Whether a pattern covers the whole of what was fed."""
    return call.pattern.dim() == 4 and len(call.pattern) == 1 and tuple(call.pattern.shape[-2:]) in _IN_FULL


def layers_of_calls(config: PreTrainedConfig, seen: DummyCalls) -> tuple[LayerOf, Mapping[str, int]]:
    """The layer of each call, by stack, where some layers have none in full (else empty); and how many layers each
    stack has.

    Raises Problem, with what was observed, unless each layer has one pattern in full or none.
    """
    shapes: dict[str, list[tuple[int, ...]]] = {}
    for call, stack in zip(seen.calls, seen.stacks, strict=False):
        shapes.setdefault(stack, []).append(tuple(call.pattern.shape[2:]))
    expected = _expected_shapes(config, causal="decoder" in shapes)
    if shapes != expected:
        layer_of = _some_attend(seen, shapes, expected)
        if layer_of is None:
            raise _refusal(config, seen, shapes, expected)
        return layer_of, {stack: len(layers) for stack, layers in expected.items()}
    return ALL_ATTEND, {stack: len(layers) for stack, layers in expected.items()}


def _some_attend(seen: DummyCalls, shapes: _Shapes, expected: _Shapes) -> LayerOf | None:
    """None unless the layers that attend can be told from the others in each stack."""
    if len(seen.stacks) != len(seen.calls) or set(shapes) != set(expected):
        return None
    found: dict[str, tuple[int | None, ...]] = {}
    for stack in (stack for stack in expected if shapes[stack] != expected[stack]):
        calls = [number for number, of in enumerate(seen.stacks) if of == stack]
        layers = seen.lists.numbers([seen.entered[number] for number in calls], len(expected[stack]))
        if layers is None:
            return None
        told = [layer if in_full(seen.calls[number]) else None for number, layer in zip(calls, layers, strict=True)]
        attend = [layer for layer in told if layer is not None]
        others = {layer for layer, own in zip(layers, told, strict=True) if own is None}
        if not attend or sorted({*attend} - others) != attend or _in_windows(seen, attend, len(expected[stack])):
            return None
        found[stack] = tuple(told)
    return found


def _in_windows(seen: DummyCalls, attend: Sequence[int], layers: int) -> bool:
    """Whether one of these layers also takes a softmax over a part of the text."""
    rows = seen.calls[0].pattern.shape[1] * min(len(call.pattern[0, 0]) for call in seen.calls)
    partial = [entered for shape, entered in seen.softmaxes if _is_partial(shape, rows)]
    lists = [path for path, length in seen.lists.lengths.items() if length == layers]
    return any(entered.get(path) in attend for entered in partial for path in lists)


def _is_partial(shape: tuple[int, ...], rows: int) -> bool:
    """Whether a softmax is one of attention over a part of the text: ``rows`` at least, one for each head and query.

    Experts have three axes or fewer; what weighs streams of the residual, or pools keys for an index, has fewer rows.
    A sink is a column more.
    """
    queries, keys = shape[-2:] if len(shape) > 3 else (0, 0)
    return len(shape) > 3 and prod(shape[:-1]) >= rows and not _IN_FULL & {(queries, keys), (queries, keys - 1)}


def _refusal(config: PreTrainedConfig, seen: DummyCalls, shapes: _Shapes, expected: _Shapes) -> Problem:
    partial = [tuple(call.pattern.shape) for call in seen.calls if tuple(call.pattern.shape[-2:]) not in _IN_FULL]
    partial += [shape for shape, _entered in seen.softmaxes if _is_partial(shape, rows=1)]
    if partial:
        return not_in_full(config, partial)
    if not seen.calls:
        return no_attention(config)
    if len(seen.stacks) != len(seen.calls):
        layers, calls = sum(map(len, expected.values())), len(seen.calls)
        return more_than_one_pattern(config, calls, layers) if calls > layers > 0 else unlike_their_own(config)
    if any(stack not in expected or set(own) - set(expected[stack]) for stack, own in shapes.items()):
        return cannot_be_followed(config)
    if any(len(own) > len(expected[stack]) for stack, own in shapes.items()):
        return more_than_one_pattern(config, *(sum(map(len, of.values())) for of in (shapes, expected)))
    return other_layers(config, shapes, expected)


def _expected_shapes(config: PreTrainedConfig, *, causal: bool) -> dict[str, list[tuple[int, ...]]]:
    if not config.is_encoder_decoder:
        stack = "decoder" if causal else "encoder"
        return {stack: [(SOURCE_LENGTH, SOURCE_LENGTH)] * _layers(config, "num_hidden_layers")}
    encoder_layers = _layers(getattr(config, "encoder", config), "encoder_layers", "num_layers", "num_hidden_layers")
    decoder_layers = _layers(
        getattr(config, "decoder", config), "decoder_layers", "num_decoder_layers", "num_hidden_layers"
    )
    return {
        "encoder": [(SOURCE_LENGTH, SOURCE_LENGTH)] * encoder_layers,
        "decoder": [(TARGET_LENGTH, TARGET_LENGTH)] * decoder_layers,
        "cross": [(TARGET_LENGTH, SOURCE_LENGTH)] * decoder_layers,
    }


def _layers(config: PreTrainedConfig, *names: str) -> int:
    """The first of ``names`` that the config of the text side gives; 0, which no calls match, where it gives none."""
    text = config.get_text_config()
    return next((int(getattr(text, name)) for name in names if getattr(text, name, None) is not None), 0)
