"""Which class of transformers reads a checkpoint: with its head where there is one, of its encoder alone where the file
ends there.
"""

import copy
import re
from collections.abc import Iterable
from typing import Any, Literal

import transformers
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoModelForTextEncoding,
    PreTrainedConfig,
    PreTrainedModel,
)

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model_problems import stands
from mhattn_core.tap.refusals import beside_text, reads_text

Head = Literal["language", "class"]

# Heads of other tasks: with weights that a language head shares with the embeddings, a language model would seem
# complete.
_OTHER_TASKS = re.compile(
    r"For(Sequence|Token|Image|Audio)Classification$|ForQuestionAnswering(Simple)?$|ForMultipleChoice$"
)
_LANGUAGE_HEADS = ("ForCausalLM", "ForMaskedLM", "LMHeadModel")
_IN_DECODER = re.compile(r"(^|\.)decoder\.")


def as_held(config: PreTrainedConfig, names: Iterable[str]) -> PreTrainedConfig:
    """The config of what the file holds: of a T5 encoder that was saved alone, one without a decoder.

    names: of the weights in the file. Such a config often says ``is_encoder_decoder`` still.
    """
    if not config.is_encoder_decoder or type(config) not in AutoModelForTextEncoding._model_mapping:
        return config
    if any(_IN_DECODER.search(name) for name in names):
        return config
    config = copy.deepcopy(config)
    config.is_encoder_decoder = False
    return config


def classes(config: PreTrainedConfig) -> list[tuple[Any, Head | None]]:
    """The classes to try, most capable first; the base model comes last.

    An auto class, or, of a part of other models that none of these knows (the text side of CLIP's kin), the class that
    config.json names.
    """
    base = AutoModelForTextEncoding if _is_encoder_alone(config) else AutoModel
    named = (getattr(config, "architectures", None) or [""])[0]
    with_head = None if base is AutoModelForTextEncoding else _with_head(config, named)
    known: list[tuple[Any, Head | None]] = [
        choice for choice in (with_head, (base, None)) if choice and type(config) in choice[0]._model_mapping
    ]
    part = _named_class(config)
    if known or part is None or part.config_class is not type(config):
        return known
    return [(part, "language" if named.endswith(_LANGUAGE_HEADS) else None)]


def _with_head(config: PreTrainedConfig, named: str) -> tuple[Any, Head] | None:
    if named.endswith("ForSequenceClassification") and not config.is_encoder_decoder:
        return AutoModelForSequenceClassification, "class"
    if _OTHER_TASKS.search(named):
        # Of an encoder–decoder, a classifier wants the same text on both sides: a pair is read by what lies below it.
        return None
    if config.is_encoder_decoder:
        return AutoModelForSeq2SeqLM, "language"
    causal = named.endswith(("ForCausalLM", "LMHeadModel"))
    if type(config) in AutoModelForMaskedLM._model_mapping and not causal:
        return AutoModelForMaskedLM, "language"
    return AutoModelForCausalLM, "language"


def _is_encoder_alone(config: PreTrainedConfig) -> bool:
    return bool(
        type(config).is_encoder_decoder
        and not config.is_encoder_decoder
        and type(config) in AutoModelForTextEncoding._model_mapping
    )


def network_class(auto: Any, config: PreTrainedConfig) -> type[PreTrainedModel]:
    """The class that an auto class makes of this config; a class that is none is its own."""
    if isinstance(auto, type) and issubclass(auto, PreTrainedModel):
        return auto
    mapped: Any = auto._model_mapping[type(config)]
    return mapped[0] if isinstance(mapped, tuple) else mapped


def check_reads_text(name: str, config: PreTrainedConfig) -> None:
    """Raises Problem for an architecture whose first input is sound, pictures or numbers, or that has no model of its
    own.
    """
    readers = [network_class(auto, config) for auto, _head in classes(config)]
    if any(map(reads_text, readers)):
        return
    reader = readers[-1] if readers else _named_class(config)
    if reader is None:
        raise Problem(
            _(
                "“{name}” is no model of text by itself: “{family}” is a part of other models, or does another task."
            ).format(name=name, family=config.model_type),
            _("Choose the whole model, if it reads text."),
            stands(),
        )
    raise Problem(
        _("“{name}” reads {kinds}, not text.").format(name=name, kinds=beside_text(reader) or _("something else")),
        _("Choose a model that reads text."),
        stands(),
    )


def _named_class(config: PreTrainedConfig) -> type[PreTrainedModel] | None:
    named = getattr(transformers, (getattr(config, "architectures", None) or [""])[0] or "-", None)
    return named if isinstance(named, type) and issubclass(named, PreTrainedModel) else None
