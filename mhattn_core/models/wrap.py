"""A network that is in memory already: in a training loop, quantised, patched."""

import copy
from typing import Any

from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.architecture import Head
from mhattn_core.models.control_names import is_control
from mhattn_core.models.model import Model
from mhattn_core.models.quiet import first_line, quiet
from mhattn_core.models.shared_weights import on_shared_weights
from mhattn_core.models.tensors_digest import tensors_digest
from mhattn_core.tap.interface import UNTAPPED, implementation_for
from mhattn_core.tap.survey import AttentionMap, survey

_HEADS: tuple[tuple[Any, Head], ...] = (
    (AutoModelForSequenceClassification, "class"),
    (AutoModelForSeq2SeqLM, "language"),
    (AutoModelForMaskedLM, "language"),
    (AutoModelForCausalLM, "language"),
)


def wrap(network: nn.Module, tokenizer: PreTrainedTokenizerBase, *, name: str = "mine") -> Model:
    """A model of a network in memory, which is surveyed and never changed.

    Attention is read through modules of our own on the same weights, in evaluation mode: ``network`` keeps its mode,
    its hooks and its attention implementation, and a later step of training shows in the model too. ``revision`` names
    the weights as they are now; wrap again after a step that a run is to tell apart. Where the modules do not ask for
    our attention function, they are read on their own eager attention (``model.attention.reading``).

    network: of a class of transformers, or one that DistributedDataParallel, torch.compile or peft put something
    around. name: what tables call it.
    Raises Problem when it is something else, and when its attention cannot be read in full.
    """
    inner = _inside(network)
    if not isinstance(inner, PreTrainedModel) or is_control(name):
        raise Problem(
            _("“{name}” is no network of transformers: {kind}.").format(name=name, kind=type(inner).__name__)
            if not is_control(name)
            else _("“{name}” is the name of a random control.").format(name=name),
            _("Give a PreTrainedModel with its tokenizer, and a name of its own."),
        )
    try:
        own = on_shared_weights(inner).eval()
    except Exception as error:  # what people hang on their modules need not be copied
        raise Problem(
            _("The modules of “{name}” cannot be copied: {reason}").format(name=name, reason=first_line(error)),
            _("Remove what is attached to them, such as hooks of a trainer, or save the network and load its folder."),
        ) from error
    attention = _surveyed(own)
    return Model(name, tensors_digest(inner), own, copy.deepcopy(tokenizer), attention, _head(inner))


def _inside(network: nn.Module) -> nn.Module:
    """Without what torch and peft put around a network."""
    for inside in ("_orig_mod", "module"):
        if isinstance(getattr(network, inside, None), nn.Module) and not isinstance(network, PreTrainedModel):
            return _inside(getattr(network, inside))
    if not isinstance(network, PreTrainedModel) and hasattr(network, "get_base_model"):
        of_peft: Any = network
        return _inside(of_peft.get_base_model())
    return network


def _surveyed(network: PreTrainedModel) -> AttentionMap:
    """The survey of our modules on the tap; on their own eager attention where they do not call it."""
    refused: list[Problem] = []
    for attention in dict.fromkeys((implementation_for(type(network)), UNTAPPED)):
        with quiet():
            network.set_attn_implementation(attention)
        try:
            return survey(network)
        except Problem as problem:
            refused.append(problem)
    raise refused[0]


def _head(network: PreTrainedModel) -> Head | None:
    kind = type(network.config)
    for auto, head in _HEADS:
        mapped = auto._model_mapping.get(kind, ())
        if type(network) in (mapped if isinstance(mapped, tuple) else (mapped,)):
            return head
    return None
