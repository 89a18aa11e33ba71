"""Why a network's attention cannot be read: each reason as the dummy forward showed it."""

import inspect
from collections.abc import Mapping, Sequence

from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.tap.dummy import SOURCE_LENGTH, TARGET_LENGTH, dummy_inputs

Shapes = Mapping[str, Sequence[tuple[int, ...]]]
"""Of each stack the ``[query, key]`` of every layer's pattern, in order."""


def forward_failed(network: PreTrainedModel, error: Exception) -> Problem:
    """The network wants more than tokens (pictures, a language), or an option that every other one takes."""
    if type(network).forward is nn.Module.forward:
        return _problem(
            _("“{family}” models have no forward pass of their own: they are run in parts.").format(
                family=network.config.model_type
            )
        )
    if not has_heads(network.config):
        return no_attention(network.config)
    family, reason = network.config.model_type, str(error).strip().split("\n")[0]
    # What transformers says on purpose is a ValueError; others are what Python says about its own objects.
    on_purpose = isinstance(error, ValueError) and bool(reason)
    if others := beside_text(type(network)):
        if on_purpose:
            return _problem(
                _("“{family}” models read {others} beside text, and do not run on text alone: {reason}").format(
                    family=family, others=others, reason=reason
                )
            )
        return _problem(
            _("“{family}” models read {others} beside text, and do not run on text alone.").format(
                family=family, others=others
            )
        )
    if wanted := _wanted(network):
        return _problem(
            _("“{family}” models do not run on plain tokens: they ask for {inputs} as well.").format(
                family=family, inputs=listed(wanted)
            )
        )
    return _problem(
        _("“{family}” models do not run on plain tokens: {reason}").format(
            family=family, reason=reason if on_purpose else f"{type(error).__name__}: {reason}"
        )
    )


def _wanted(network: PreTrainedModel) -> list[str]:
    """What a forward cannot do without, beside tokens."""
    fed = dummy_inputs(network)
    return [
        name
        for name, parameter in inspect.signature(type(network).forward).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        and name not in {"self", *fed}
    ]


def reads_text(network_class: type[PreTrainedModel]) -> bool:
    """Whether tokens of text are what a network's forward takes first.

    Classes inherit what they say of themselves: the text side of a model that reads pictures often claims to read none.
    """
    if network_class.forward is nn.Module.forward:
        return network_class.main_input_name == "input_ids"
    first = list(inspect.signature(network_class.forward).parameters)[1:2]
    is_text_side = getattr(network_class.config_class, "base_config_key", "") == "text_config"
    return first == ["input_ids"] and (is_text_side or "text" in network_class.input_modalities)


def beside_text(network_class: type[PreTrainedModel]) -> str:
    """What a network reads that is no text, in words; empty where its class names nothing else."""
    named = {"audio": _("sound"), "image": _("pictures"), "video": _("videos"), "time": _("series of numbers")}
    inputs = {"pixel_values": "image", "input_values": "audio", "input_features": "audio", "past_values": "time"}
    modalities = network_class.input_modalities
    main: str | list[str] = network_class.main_input_name  # OneFormer's class lists two
    present = [
        inputs.get(main if isinstance(main, str) else main[0]),
        *([modalities] if isinstance(modalities, str) else modalities),
    ]
    return listed(words for modality, words in named.items() if modality in present)


def no_attention(config: PreTrainedConfig) -> Problem:
    """No pattern was seen."""
    if not has_heads(config):
        return _problem(
            _("“{family}” models have no attention heads: they mix words in another way.").format(
                family=config.model_type
            )
        )
    return cannot_be_followed(config)


def cannot_be_followed(config: PreTrainedConfig) -> Problem:
    """No pattern was seen, or none that belongs to a stack."""
    return _problem(
        _("“{family}” models compute attention in a way of their own that cannot be followed.").format(
            family=config.model_type
        )
    )


def not_in_full(config: PreTrainedConfig, shapes: Sequence[tuple[int, ...]]) -> Problem:
    """shapes: of patterns that are not ``[query, key]`` in full, where ``SOURCE_LENGTH`` and ``TARGET_LENGTH`` tokens
    were fed."""
    family, lengths = config.model_type, (SOURCE_LENGTH, TARGET_LENGTH)
    queries, keys = shapes[0][-2:]
    if (streams := getattr(config, "ngram", 0)) > 1:
        return _problem(
            _(
                "“{family}” models foresee {streams} words at each step, in as many streams with patterns of their "
                "own: no pattern is that of the text."
            ).format(family=family, streams=streams)
        )
    if queries in lengths and keys == sum(lengths):
        return _problem(
            _(
                "The decoder of “{family}” models attends to its own text and the encoder's in one pattern, and the "
                "two cannot be told apart by stacks."
            ).format(family=family)
        )
    if queries in lengths and keys > max(lengths) and len(shapes[0]) == 4:
        return _problem(
            _(
                "“{family}” models attend to compressed groups of words beside the words themselves: no pattern is over "
                "words alone."
            ).format(family=family)
        )
    if any(len(shape) > 4 or shape[1] not in _head_counts(config) for shape in shapes):
        return in_windows(config)
    if queries < min(lengths):
        return _problem(
            _(
                "“{family}” models shorten the text on its way: some layers attend over {queries} positions where "
                "{tokens} tokens were fed."
            ).format(family=family, queries=queries, tokens=SOURCE_LENGTH)
        )
    if queries == keys > max(lengths):
        return _problem(
            _(
                "“{family}” models put positions of their own beside the text: they attend over {queries} where "
                "{tokens} tokens were fed."
            ).format(family=family, queries=queries, tokens=SOURCE_LENGTH)
        )
    return in_windows(config)


def in_windows(config: PreTrainedConfig) -> Problem:
    """Each query sees only the keys of a window or block, or would in longer text."""
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
            "Only {attending} of the {layers} layers of this “{family}” model attend; the others are of another "
            "kind{kinds}."
        ).format(
            attending=attending,
            layers=layers,
            family=config.model_type,
            kinds=f" ({', '.join(kinds)})" if kinds else "",
        )
    )


def more_than_one_pattern(config: PreTrainedConfig, patterns: int, layers: int) -> Problem:
    """More patterns than layers."""
    return _problem(
        _("“{family}” models have no one pattern a layer: {patterns} were seen in {layers} layers.").format(
            family=config.model_type, patterns=patterns, layers=layers
        )
    )


def unequal_layers(config: PreTrainedConfig, heads: Sequence[int]) -> Problem:
    """heads: of each layer of one stack; a head is named by its layer and its number, and tables hold as many in
    each.
    """
    return _problem(
        _(
            "The layers of this “{family}” model have different numbers of heads ({fewest} to {most}), and cannot be "
            "shown side by side."
        ).format(family=config.model_type, fewest=min(heads), most=max(heads))
    )


def unlike_their_own(config: PreTrainedConfig) -> Problem:
    """What was seen is not what the network returns as its attentions, or is not what it goes on with."""
    return _problem(
        _(
            "The patterns seen in this “{family}” model are not those that it returns itself, so they are not shown."
        ).format(family=config.model_type)
    )


def not_followed(config: PreTrainedConfig) -> Problem:
    """The patterns are the network's own, but no layer reads what the heads give as it is."""
    return _problem(
        _(
            "What the heads of this “{family}” model give is mixed with something else before the next layer reads "
            "it, so they cannot be looked at one by one."
        ).format(family=config.model_type)
    )


def has_heads(config: PreTrainedConfig) -> bool:
    """Whether the config, or that of one of its sides, names a number of attention heads."""
    return bool(_head_counts(config))


def _head_counts(config: PreTrainedConfig) -> set[int]:
    sides = [config.get_text_config(), getattr(config, "encoder", None), getattr(config, "decoder", None)]
    names = ("num_attention_heads", "encoder_attention_heads", "decoder_attention_heads")
    counts = (getattr(side, name, None) for side in sides for name in names)
    return {count for count in counts if isinstance(count, int) and count}


def _problem(happened: str) -> Problem:
    return Problem(
        happened, _("Choose a model whose attention covers the whole sentence; the README lists the families.")
    )
