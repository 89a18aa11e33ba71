"""Why a network's attention cannot be read: each reason as the dummy forward showed it."""

from collections.abc import Mapping, Sequence

from transformers import PreTrainedConfig, PreTrainedModel

from mhattn_core.errors import Problem
from mhattn_core.locale import _

Shapes = Mapping[str, Sequence[tuple[int, ...]]]
"""Of each stack the ``[query, key]`` of every layer's pattern, in order."""


def forward_failed(network: PreTrainedModel, error: Exception) -> Problem:
    """The network wants more than tokens (pictures, a language), or an option that every other one takes."""
    if not has_heads(network.config):
        return no_attention(network.config)
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    if others := beside_text(type(network)):
        return _problem(
            _("“{family}” models read {others} beside text, and do not run on text alone: {reason}").format(
                family=network.config.model_type, others=others, reason=reason
            )
        )
    return _problem(
        _("“{family}” models do not run on plain tokens: {reason}").format(
            family=network.config.model_type, reason=reason
        )
    )


def reads_text(network_class: type[PreTrainedModel]) -> bool:
    """Whether text is among what a network's class says that it reads, and comes first."""
    return network_class.main_input_name == "input_ids" and "text" in network_class.input_modalities


def beside_text(network_class: type[PreTrainedModel]) -> str:
    """What a network reads that is no text, in words; empty where its class names nothing else."""
    named = {"audio": _("sound"), "image": _("pictures"), "video": _("videos"), "time": _("series of numbers")}
    inputs = {"pixel_values": "image", "input_values": "audio", "input_features": "audio", "past_values": "time"}
    modalities = network_class.input_modalities
    main: str | list[str] = network_class.main_input_name  # OneFormer's class lists two
    listed = [
        inputs.get(main if isinstance(main, str) else main[0]),
        *([modalities] if isinstance(modalities, str) else modalities),
    ]
    return ", ".join(words for modality, words in named.items() if modality in listed)


def no_attention(config: PreTrainedConfig) -> Problem:
    """No pattern was seen."""
    if not has_heads(config):
        return _problem(
            _("“{family}” models have no attention heads: they mix words in another way.").format(
                family=config.model_type
            )
        )
    return _problem(
        _("“{family}” models compute attention in a way of their own that cannot be followed.").format(
            family=config.model_type
        )
    )


def in_windows(config: PreTrainedConfig) -> Problem:
    """Some pattern was not ``[query, key]`` in full, or would not be for longer text."""
    return _problem(
        _("“{family}” models attend in windows or blocks: no pattern covers the whole sentence.").format(
            family=config.model_type
        )
    )


def other_layers(config: PreTrainedConfig, seen: Shapes, expected: Shapes) -> Problem:
    """Some layers do not attend."""
    attending, layers = (sum(map(len, shapes.values())) for shapes in (seen, expected))
    kinds = sorted(
        {
            kind
            for kind in getattr(config.get_text_config(), "layer_types", None) or ()
            if "attention" not in kind or "linear" in kind
        }
    )
    return _problem(
        _(
            "Only {attending} of the {layers} layers of this “{family}” model attend; the others are of another kind{kinds}."
        ).format(
            attending=attending,
            layers=layers,
            family=config.model_type,
            kinds=f" ({', '.join(kinds)})" if kinds else "",
        )
    )


def more_than_one_pattern(config: PreTrainedConfig, seen: Shapes, expected: Shapes) -> Problem:
    """More patterns than layers."""
    patterns, layers = (sum(map(len, shapes.values())) for shapes in (seen, expected))
    return _problem(
        _("“{family}” models have no one pattern a layer: {patterns} were seen in {layers} layers.").format(
            family=config.model_type, patterns=patterns, layers=layers
        )
    )


def unequal_layers(config: PreTrainedConfig, heads: Sequence[int]) -> Problem:
    """heads: of each layer of one stack; a head is named by its layer and its number, and tables hold as many in each."""
    return _problem(
        _(
            "The layers of this “{family}” model have different numbers of heads ({fewest} to {most}), and cannot be shown side by side."
        ).format(family=config.model_type, fewest=min(heads), most=max(heads))
    )


def unlike_their_own(config: PreTrainedConfig) -> Problem:
    """What was seen is not what the network returns as its attentions, or is not what it goes on with."""
    return _problem(
        _(
            "The patterns seen in this “{family}” model are not those that it returns itself, so they are not shown."
        ).format(family=config.model_type)
    )


def has_heads(config: PreTrainedConfig) -> bool:
    """Whether the config, or that of one of its sides, names a number of attention heads."""
    sides = [config.get_text_config(), getattr(config, "encoder", None), getattr(config, "decoder", None)]
    return any(getattr(side, "num_attention_heads", None) for side in sides)


def _problem(happened: str) -> Problem:
    return Problem(
        happened, _("Choose a model whose attention covers the whole sentence; the README lists the families.")
    )
