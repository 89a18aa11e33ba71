"""Loading a model by catalogue name, NAME@random, Hub id, local directory or .gguf file: safetensors only, no remote code."""

import copy
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_MASKED_LM_MAPPING

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.models.quiet import first_line, quiet
from mhattn_core.models.random_weights import BUILDING, with_random_weights
from mhattn_core.models.said import stands
from mhattn_core.models.sources import RANDOM, Source, find
from mhattn_core.tap import implementation_for, survey

Head = Literal["language", "class"]


def load(name: str, device: str = "auto") -> Model:
    """Load a model onto the tap, in float32 and evaluation mode.

    name: a name of ``catalogue()``; NAME@random (the same architecture with seeded random weights); a Hub id, with
    @revision if wanted; or a local directory or .gguf file (absolute, or starting with ``.`` or ``~``).
    device: ``auto`` takes CUDA, then Apple's MPS, then the CPU.
    Raises Problem, in three parts, when the model cannot be had or its attention cannot be read in full.
    """
    return read(name, find(name.removesuffix(RANDOM)), device)


def read(name: str, source: Source, device: str = "auto") -> Model:
    """Load the model that ``find`` found; the second half of ``load``. Raises Problem."""
    try:
        with quiet():
            config = AutoConfig.from_pretrained(source.folder, **source.arguments())
            tokenizer = _read_tokenizer(name, source)
            network, head = _read_network(source, config)
    except (OSError, ValueError, SafetensorError) as error:
        raise Problem(
            _("“{name}” could not be loaded: {reason}").format(name=name, reason=first_line(error)),
            _("Get its files again, or choose another model."),
            stands(),
        ) from error
    revision = source.revision
    if name.endswith(RANDOM):
        network, revision = with_random_weights(network), revision + RANDOM
    network = network.to(_choose(device)).eval().requires_grad_(False)
    return Model(name, revision, network, tokenizer, survey(network), head)


def _read_tokenizer(name: str, source: Source) -> PreTrainedTokenizerBase:
    try:
        tokenizer = AutoTokenizer.from_pretrained(source.folder, **source.arguments())
        # Without its files, many a family's tokenizer is made all the same, and knows no text.
        if len(tokenizer) > len(tokenizer.all_special_ids):
            return tokenizer
        reason = None
    except Exception as error:  # each family's tokenizer fails in its own way when its files are missing
        reason = error
    raise Problem(
        _("“{name}” comes without a tokenizer that can be read.").format(name=name),
        _("Put the tokenizer's files (tokenizer.json, or vocab.txt, or *.model) beside its config.json, or choose another model."),
        stands(),
    ) from reason


def _read_network(source: Source, config: PreTrainedConfig) -> tuple[PreTrainedModel, Head | None]:
    """The network with its head if the files hold one in full, else the base model."""
    for auto, head in _classes(config):
        # Loading writes into the config, and the choice of attention is stored there.
        with BUILDING:
            network, info = auto.from_pretrained(
                source.folder,
                config=copy.deepcopy(config),
                attn_implementation=implementation_for(_network_class(auto, config)),
                dtype=torch.float32,
                use_safetensors=True,
                output_loading_info=True,
                **source.arguments(),
            )
        missing = set(info["missing_keys"]) - {name for name, _buffer in network.named_buffers()}
        if head is None or not missing:
            return network, head
    raise AssertionError("the base model is the last class and always returned")


def _classes(config: PreTrainedConfig) -> list[tuple[Any, Head | None]]:
    """The classes to try, most capable first; the base model comes last."""
    named = (getattr(config, "architectures", None) or [""])[0]
    causal = named.endswith(("ForCausalLM", "LMHeadModel"))
    classes: list[tuple[Any, Head | None]] = [(AutoModel, None)]
    if named.endswith("ForSequenceClassification"):
        classes.insert(0, (AutoModelForSequenceClassification, "class"))
    elif config.is_encoder_decoder:
        classes.insert(0, (AutoModelForSeq2SeqLM, "language"))
    elif type(config) in MODEL_FOR_MASKED_LM_MAPPING and not causal:
        classes.insert(0, (AutoModelForMaskedLM, "language"))
    elif type(config) in MODEL_FOR_CAUSAL_LM_MAPPING:
        classes.insert(0, (AutoModelForCausalLM, "language"))
    return classes


def _network_class(auto: Any, config: PreTrainedConfig) -> type[PreTrainedModel]:
    network_class = auto._model_mapping[type(config)]
    return network_class[0] if isinstance(network_class, tuple) else network_class


def _choose(device: str) -> torch.device:
    if device != "auto":
        return torch.device(device)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
