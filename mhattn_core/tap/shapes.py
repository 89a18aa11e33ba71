"""Whether each layer gave one pattern in full, by the shapes that were seen."""

from collections.abc import Mapping, Sequence

from transformers import PreTrainedConfig

from mhattn_core.tap.dummy import SOURCE_LENGTH, TARGET_LENGTH
from mhattn_core.tap.interface import Call
from mhattn_core.tap.refusals import in_windows, more_than_one_pattern, no_attention, other_layers, unlike_their_own

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
