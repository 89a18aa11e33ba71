"""The shape of a head's pattern, in numbers: what the type of a head is read from (see ``types``).

Each is the mean over a text's words, added up over texts: total and number of texts, ``[batch, head, 2]``. Texts of
fewer than eight words do not vote.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.measures.patterns.names import NEAR_OFFSETS, OFFSET
from mhattn_core.measures.patterns.parts import parts
from mhattn_core.measures.roles.hits import by_offset, first_largest

FEWEST_WORDS = 8


def patterns(layer: WordLayer, *, fewest_words: int = FEWEST_WORDS) -> dict[str, Float[Tensor, "batch head 2"]]:
    """All numbers of one layer of a batch, name → float64 ``[batch, head, 2]``: the ``parts``, and where offsets mean
    something the ``offset_shares`` and ``block``, which is a quotient of its own two sums.

    Source: the types of Kovaleva et al. 2019, section 4.1, and of Voita et al. 2019, section 5.1; the numbers are ours.
    """
    words = layer.axes.key_mask.sum(dim=1)
    votes = ((words >= fewest_words) & layer.axes.query_mask.any(dim=1)).double()
    sums = {
        name: torch.stack([mean.double(), torch.ones_like(mean, dtype=torch.float64)], dim=-1)
        for name, mean in parts(layer).items()
    }
    if layer.axes.stack != "cross":
        sums |= {"pattern.block": block(layer)} | offset_shares(layer)
    return {name: part * votes[:, None, None] for name, part in sums.items()}


def offset_shares(layer: WordLayer) -> dict[str, Float[Tensor, "batch head 2"]]:
    """``pattern.offset.-1`` …: of the words that see a word so many places on in their own sentence, the share that
    looks there most; from ten words before to ten after, 0 is the word itself. As sums over texts, ``[batch, head,
    2]``: a text counts where half of its words see one there.
    """
    axes = layer.axes
    choice = first_largest(layer.pattern.masked_fill(~axes.visible[:, None], -torch.inf))
    chosen = choice[..., None] == torch.arange(layer.pattern.shape[-1], device=choice.device)
    possible = axes.visible & _same_sentence(layer)
    middle = layer.pattern.shape[-1] - 1
    hits, words = by_offset((chosen & possible[:, None]).float()), by_offset(possible[:, None].float())
    counted = (words * 2 >= axes.query_mask.sum(dim=1)[:, None, None]) & (words > 0)
    sums = torch.stack(
        [(hits / words.clamp(min=1)).where(counted, 0), counted.expand_as(hits).float()], dim=-1
    ).double()
    none = torch.zeros_like(sums[:, :, 0])
    return {
        f"{OFFSET}{offset:+d}": sums[:, :, middle + offset] if abs(offset) <= middle else none
        for offset in NEAR_OFFSETS
    }


def block(layer: WordLayer) -> Float[Tensor, "batch head 2"]:
    """Weight within the two sentences of a text, and what it would be if weights there were as between them at the same
    offset.

    Both as sums over the pairs of words at offsets that occur between the sentences, ``[batch, head, 2]``; 0, 0 for a
    text of one sentence.
    """
    same, visible = _same_sentence(layer), layer.axes.visible
    within, between = ((visible & part)[:, None] for part in (same, ~same))
    count_within, count_between = by_offset(within.float()), by_offset(between.float())
    expected = count_within * by_offset(layer.pattern * between) / count_between.clamp(min=1)
    mass = by_offset(layer.pattern * within) * (count_between > 0)
    return torch.stack([mass.sum(dim=-1), expected.sum(dim=-1)], dim=-1).double()


def _same_sentence(layer: WordLayer) -> Tensor:
    return layer.axes.query_side[:, :, None] == layer.axes.key_side[:, None]
