"""One layer of a batch as a card counts it: weight by distance and by word, and the strongest links of each pair."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.measures.cards.sizes import BINS, LINKS, NO_LINK


class StrongestLinks(NamedTuple):
    """The links of each pair, the strongest first: places on the two word axes, the weight (``NO_LINK`` where a pair
    has fewer), and what even attention over the words that the row sees would give.
    """

    query: Int[Tensor, "batch head link"]
    key: Int[Tensor, "batch head link"]
    weight: Float[Tensor, "batch head link"]
    even: Float[Tensor, "batch head link"]


def distance_mass(layer: WordLayer) -> Float[Tensor, "head bin"]:
    """The weight at each distance in words |i − j|, summed over all words of the batch. Over the number of words, the
    bins of a head sum to its mean share on words.

    Source: the distance as Vig & Belinkov 2019, section 4; the bins are ours.
    """
    by_key = layer.pattern.transpose(2, 3).sum(dim=0).flatten(1)  # in the order in which the weights stand in memory
    return by_key @ _binned(layer.axes).flatten(0, 1)


def even_distance_mass(axes: WordAxes) -> Float[Tensor, " bin"]:
    """The same of a head that spreads each word's weight evenly over the words that it sees."""
    return even_rows(axes).transpose(1, 2).sum(dim=0).flatten() @ _binned(axes).flatten(0, 1)


def even_rows(axes: WordAxes) -> Float[Tensor, "batch query key"]:
    """Rows of even weight over visible words, which sum to 1; 0 for a word that sees none."""
    return axes.visible / axes.visible_words.sum(dim=-1).clamp(min=1)[..., None]


def key_mass(layer: WordLayer) -> Float[Tensor, "batch head key"]:
    """The weight that each word gets."""
    return layer.pattern.sum(dim=2)


def query_mass(layer: WordLayer) -> Float[Tensor, "batch head query"]:
    """The weight that each word gives to words; the rest of its row goes to special tokens."""
    return layer.side_mass.sum(dim=-1)


def strongest_links(layer: WordLayer) -> StrongestLinks:
    """Of each pair the ``LINKS`` words that look most sharply, each with the word that gets most of its weight.

    Strength is that weight less what even attention would give: a word that sees two others chooses little. A word that
    sees no other than itself has no choice, and no link.
    """
    weight, key = layer.pattern.max(dim=-1)
    sees = layer.axes.visible_words.sum(dim=-1)
    even = (1 / sees.clamp(min=1))[:, None].expand_as(weight)
    has_choice = (layer.axes.query_mask & (sees > 1))[:, None].expand_as(weight)
    top = (weight - even).where(has_choice, -torch.inf).topk(min(LINKS, weight.shape[-1]), dim=-1).indices
    kept = weight.where(has_choice, NO_LINK).gather(-1, top)
    return StrongestLinks(top, key.gather(-1, top), kept, even.gather(-1, top))


def _binned(axes: WordAxes) -> Float[Tensor, "key query bin"]:
    """1 in the bin of the distance of two words."""
    queries, keys = axes.query_mask.shape[1], axes.key_mask.shape[1]
    device = axes.query_mask.device
    gaps = (torch.arange(keys, device=device)[:, None] - torch.arange(queries, device=device)).abs()
    bins = torch.bucketize(gaps, torch.tensor(BINS, device=device))
    return torch.nn.functional.one_hot(bins, len(BINS) + 1).float()
