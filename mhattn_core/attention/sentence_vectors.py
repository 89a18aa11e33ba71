"""A sentence as one vector, with heads switched off or on."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.attention.ablation import Ablation, check, pair_replacements, switch_off
from mhattn_core.attention.attend import NO_ABLATION
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call
from mhattn_core.text.pair import SentencePair


@torch.no_grad()
def sentence_vector(model: Model, sentence: str, ablate: Ablation = NO_ABLATION) -> Float[np.ndarray, " dimension"]:
    """The mean of an encoder's last hidden states over all tokens, of unit length, float32 ``[dimension]``: how minilm
    and its kin pool.

    The sentence is read alone. Raises Problem as ``attend``; ValueError for a model that is not one encoder.
    Source: Reimers and Gurevych 2019, section 3 (mean pooling).
    """
    if model.stacks != ("encoder",):
        raise ValueError("sentence vectors are those of encoders")
    check(model, ablate)
    inputs = prepare_inputs(model, SentencePair(sentence)).inputs
    replacements = pair_replacements(model, inputs, ablate)

    def watch(call: Call) -> Tensor:
        return switch_off(call, ablate, replacements)

    with model.attention.watching(watch):
        states = model.network.base_model(**inputs).last_hidden_state[0]
    vector = states.float().mean(dim=0)
    return np.asarray((vector / vector.norm()).cpu().numpy())
