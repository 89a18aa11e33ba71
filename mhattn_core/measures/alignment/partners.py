"""Whom each word chooses: the largest weight of each head of one layer, for a batch of pairs."""

import torch
from jaxtyping import Int
from torch import Tensor

from mhattn_core.arrays.alignment_layer import AlignmentLayer

NO_PARTNER = -1


def partners(layer: AlignmentLayer) -> Int[Tensor, "batch head_or_mean query"]:
    """The partner of each choosing word, int ``[batch, head, query word]``, counted among those that it chooses among;
    -1 for none, as ``links`` says. Behind the last head stands the mean of the layer's heads.

    What ``choosing`` masks holds no meaning.
    """
    if layer.weights.shape[-1] == 0:
        return layer.no_link.new_full(_with_mean(layer.no_link).shape, NO_PARTNER, dtype=torch.long)
    weights = _with_mean(layer.weights).masked_fill(~layer.partners[:, None, None], -torch.inf)
    largest, place = weights.max(dim=-1)
    first = layer.partners.byte().argmax(dim=-1)[:, None, None]
    return torch.where(largest > _with_mean(layer.no_link), place - first, NO_PARTNER)


def _with_mean(heads: Tensor) -> Tensor:
    return torch.cat([heads, heads.mean(dim=1, keepdim=True)], dim=1)
