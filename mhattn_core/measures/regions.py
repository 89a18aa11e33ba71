"""How much each head attends to the regions of a text as fed: the sentences, a system text, and the template's own
tokens.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.arrays.word_layer import IN_SYSTEM, NO_SIDE, SIDES, TokenLayer, WordAxes, WordLayer
from mhattn_core.measures.region_shares import LIFT, SHARE
from mhattn_core.text.feeding import REGIONS, Region

SIDE_OF: Mapping[Region, int] = {"system": IN_SYSTEM, "a": SIDES["a"], "b": SIDES["b"], "template": NO_SIDE}


def regions(layer: WordLayer | TokenLayer) -> dict[str, Float[Tensor, "batch head 2"]]:
    """``region.share.*``: mean share of a word's attention that goes to the tokens of a region. ``region.lift.*``: that
    share over what the region would get if each token that a word may see were attended alike.

    Rows are words that some piece covers; from a word is the mean over its pieces. Each token is in one region, so that
    shares make one, but for a model's own sink. Range: 0 to 1; lift from 0, 1 where the head looks everywhere alike.
    Of some queries of a layer, what they add: sums over all of a text's queries add up. Ours.
    """
    axes, first = layer.axes, layer.first if isinstance(layer, TokenLayer) else 0
    weights, here, even = _of_axes(axes)
    part = slice(first, first + layer.tokens.shape[-2])
    weights, heads = weights[:, part], axes.heads
    # Words are sums over their pieces, regions over theirs: a pattern is read once, and no word's row is ever made.
    to_keys = _summed(weights, layer.tokens.float())
    to_regions, expected = to_keys @ here, (weights[:, None] @ even[:, part]).expand(-1, heads, -1)
    words = weights.sum(dim=-1)[:, None].expand(-1, heads)
    sums: dict[str, Float[Tensor, "batch head 2"]] = {}
    for place, region in enumerate(REGIONS):
        sums[f"{SHARE}.{region}"] = torch.stack([to_regions[..., place], words], dim=-1)
        sums[f"{LIFT}.{region}"] = torch.stack([to_regions[..., place], expected[..., place]], dim=-1)
    return sums


def _summed(
    weights: Float[Tensor, "batch query_token"], tokens: Float[Tensor, "batch head query_token key_token"]
) -> Float[Tensor, "batch head key_token"]:
    """The rows of all words, added up."""
    summed = (weights[:, None, None] @ tokens)[..., 0, :]
    if not torch.isfinite(summed).all():
        # What a network makes of padding may be no number, and 0 times that is none.
        tokens = tokens.masked_fill((weights == 0)[:, None, :, None], 0.0)
        summed = (weights[:, None, None] @ tokens)[..., 0, :]
    return summed


@lru_cache(maxsize=8)
def _of_axes(
    axes: WordAxes,
) -> tuple[
    Float[Tensor, "batch query_token"],
    Float[Tensor, "batch key_token region"],
    Float[Tensor, "batch query_token region"],
]:
    """The same for all layers: what a query token weighs in the sum over words, which key token is in which region, and
    what part of the tokens that a query token may see is in each.
    """
    pieces, device = axes.query_pieces, axes.query_tokens.device
    batch, tokens, _words = pieces.shape
    weights = np.bincount(pieces.pairs * tokens + pieces.tokens, pieces.means, batch * tokens).reshape(batch, tokens)
    here = torch.stack([axes.key_tokens_of(SIDE_OF[region]) for region in REGIONS], dim=-1).float()
    seen = here.cumsum(dim=1) if axes.is_causal else here.sum(dim=1, keepdim=True).expand(-1, tokens, -1)
    return torch.from_numpy(weights).float().to(device), here, seen / seen.sum(dim=-1, keepdim=True)
