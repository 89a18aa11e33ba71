"""A sentence as one vector, with heads switched off or on."""

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from mhattn_core.attention.ablation import Ablation, check, switch_off
from mhattn_core.attention.attend import NO_ABLATION
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.attention.replacements import pair_replacements
from mhattn_core.models.model import Model
from mhattn_core.models.pooling import Pooling
from mhattn_core.tap.interface import Call
from mhattn_core.text.pair import SentencePair


@torch.no_grad()
def sentence_vector(model: Model, sentence: str, ablate: Ablation = NO_ABLATION) -> Float[np.ndarray, " dimension"]:
    """An encoder's last hidden states as one vector of unit length, float32 ``[dimension]``, by the model's own
    pooling, such as the mean over all tokens (minilm and its kin).

    The sentence is read alone. Raises Problem as ``attend``; ValueError for a model that is not one encoder.
    Source: Reimers and Gurevych 2019, section 3 (mean pooling).
    """
    if model.stacks != ("encoder",):
        raise ValueError("sentence vectors are those of encoders")
    check(model, ablate)
    pair = SentencePair(sentence)
    inputs = prepare_inputs(model, pair).inputs
    replacements = pair_replacements(model, inputs, ablate, pair)

    def watch(call: Call) -> Tensor:
        return switch_off(call, ablate, replacements)

    with model.attention.watching(watch):
        states = model.network.base_model(**inputs).last_hidden_state[0]
    real = torch.ones(1, len(states), dtype=torch.bool, device=states.device)
    return np.asarray(vectors_of(model, states[None].float(), real)[0].cpu().numpy())


def vectors_of(
    model: Model, states: Float[Tensor, "row position dimension"], real: Bool[Tensor, "row position"]
) -> Float[Tensor, "row pooled"]:
    """One vector of unit length a row, from the states at its real positions, by the model's own pooling and the layers
    behind it.
    """
    vectors = torch.cat([pooled(states, real, pooling) for pooling in model.pooling], dim=1)
    return nn.functional.normalize(model.behind_pooling(vectors), dim=1)


def pooled(
    states: Float[Tensor, "row position dimension"], real: Bool[Tensor, "row position"], pooling: Pooling
) -> Float[Tensor, "row dimension"]:
    """One vector a row. Source: Reimers and Gurevych 2019, section 3; weightedmean: Muennighoff 2022,
    position-weighted.
    """
    counted = real[..., None].to(states.dtype)
    if pooling in ("cls", "last"):
        # The first real position is the largest of a mask, which takes the first of equals; the last is that of one
        # turned round.
        place = real.long().argmax(dim=1)
        place = place if pooling == "cls" else real.shape[1] - 1 - real.long().flip(1).argmax(dim=1)
        return states[torch.arange(len(states), device=states.device), place]
    if pooling == "max":
        return states.masked_fill(~real[..., None], -torch.inf).amax(dim=1)
    if pooling == "weightedmean":
        counted = counted * real.cumsum(dim=1)[..., None]
    total = counted.sum(dim=1)
    return (states * counted).sum(dim=1) / (total.sqrt() if pooling == "mean_sqrt_len" else total)
