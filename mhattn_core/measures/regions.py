"""How much each head attends to the regions of a text as fed: the sentences, a system text, and the template's own
tokens.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.arrays.word_layer import IN_SYSTEM, NO_SIDE, SIDES, WordAxes, WordLayer
from mhattn_core.measures.region_shares import LIFT, SHARE
from mhattn_core.text.feeding import REGIONS, Region

SIDE_OF: Mapping[Region, int] = {"system": IN_SYSTEM, "a": SIDES["a"], "b": SIDES["b"], "template": NO_SIDE}


def regions(layer: WordLayer) -> dict[str, Float[Tensor, "batch head 2"]]:
    """``region.share.*``: mean share of a word's attention that goes to the tokens of a region. ``region.lift.*``: that
    share over what the region would get if each token that a word may see were attended alike.

    Rows are words that some piece covers; from a word is the mean over its pieces. Each token is in one region, so that
    shares make one, but for a model's own sink. Range: 0 to 1; lift from 0, 1 where the head looks everywhere alike.
    Ours.
    """
    axes = layer.axes
    here = torch.stack([axes.key_tokens_of(SIDE_OF[region]) for region in REGIONS], dim=-1).float()
    even = _even(axes, here)[:, None].expand(-1, axes.heads, -1, -1)
    to_regions, expected = (_over_words(axes, rows) for rows in (layer.tokens @ here[:, None], even))
    words = axes.query_mask.sum(dim=-1, dtype=torch.float32)[:, None].expand(-1, axes.heads)
    sums: dict[str, Float[Tensor, "batch head 2"]] = {}
    for place, region in enumerate(REGIONS):
        sums[f"{SHARE}.{region}"] = torch.stack([to_regions[..., place], words], dim=-1)
        sums[f"{LIFT}.{region}"] = torch.stack([to_regions[..., place], expected[..., place]], dim=-1)
    return sums


def _even(axes: WordAxes, here: Float[Tensor, "batch key_token region"]) -> Float[Tensor, "batch query_token region"]:
    """What part of the tokens that a token may see is in each region."""
    tokens = axes.query_tokens.shape[1]
    seen = here.cumsum(dim=1) if axes.is_causal else here.sum(dim=1, keepdim=True).expand(-1, tokens, -1)
    return seen / seen.sum(dim=-1, keepdim=True)


def _over_words(
    axes: WordAxes, rows: Float[Tensor, "batch head query_token region"]
) -> Float[Tensor, "batch head region"]:
    """Summed over words, each the mean of its pieces."""
    batch, heads, _tokens, columns = rows.shape
    return axes.means(rows.reshape(-1, columns)).view(batch, heads, -1, columns).sum(dim=2)
