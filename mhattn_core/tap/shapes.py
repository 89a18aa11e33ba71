"""Whether each layer gave one pattern in full, by the shapes that were seen."""

from collections.abc import Mapping, Sequence

from transformers import PreTrainedConfig

from mhattn_core.tap.dummy import SOURCE_LENGTH, TARGET_LENGTH
from mhattn_core.tap.interface import Call
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


def check_shapes(
    config: PreTrainedConfig,
    calls: Sequence[Call],
    seen: Mapping[str, list[tuple[int, ...]]],
    softmaxes: Sequence[tuple[int, ...]],
) -> None:
    """Raises Problem, with what was observed, unless each layer has one pattern in full.

    softmaxes: the shapes of all, those of attention that neither reading sees among them; experts have three axes or
    fewer.
    """
    expected = _expected_shapes(config, causal="decoder" in seen)
    if seen == expected:
        return
    partial = [shape for shape in softmaxes if len(shape) > 3 and shape[-2:] not in _IN_FULL]
    partial += [tuple(call.pattern.shape) for call in calls if tuple(call.pattern.shape[-2:]) not in _IN_FULL]
    if partial:
        raise not_in_full(config, partial)
    if not calls:
        raise no_attention(config)
    if sum(map(len, seen.values())) != len(calls):
        layers = sum(map(len, expected.values()))
        raise more_than_one_pattern(config, len(calls), layers) if len(calls) > layers > 0 else unlike_their_own(config)
    if any(stack not in expected or set(shapes) - set(expected[stack]) for stack, shapes in seen.items()):
        raise cannot_be_followed(config)
    if any(len(shapes) > len(expected[stack]) for stack, shapes in seen.items()):
        raise more_than_one_pattern(config, *(sum(map(len, shapes.values())) for shapes in (seen, expected)))
    raise other_layers(config, seen, expected)


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
