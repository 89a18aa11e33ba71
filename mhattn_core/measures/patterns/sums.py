"""The shape of a head's pattern, in numbers: what the type of a head is read from (see ``pattern_types``).

Each is the mean over a text's words, added up over texts: total and number of texts, ``[batch, head, 2]``. Texts of
fewer than eight words do not vote. The words' grid, nothing renormalised but where it is said.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.measures.basic import entropy, normalised_entropy
from mhattn_core.measures.roles.hits import by_offset, first_largest
from mhattn_core.measures.roles.scores import FARTHEST

FEWEST_WORDS = 8
NEAR_OFFSETS = range(-FARTHEST, FARTHEST + 1)
OFFSET = "pattern.offset."
"""Before a signed number of words; see ``offset_shares``."""
HALF = 0.5
NEAREST_FAR = 3
"""A word is far away from so many words on, or from half the text on if that is more."""


def patterns(layer: WordLayer, *, fewest_words: int = FEWEST_WORDS) -> dict[str, Tensor]:
    """All numbers of one layer of a batch, name → float64 ``[batch, head, 2]``; ``pattern.block`` is a quotient of its
    own two sums.

    Offsets mean nothing between two texts, so a cross stack has ``pattern.uniform`` and ``pattern.vertical`` only.
    Source: the types of Kovaleva et al. 2019, section 4.1, and of Voita et al. 2019, section 5.1; the numbers are ours.
    """
    words = layer.axes.key_mask.sum(dim=1)
    votes = ((words >= fewest_words) & layer.axes.query_mask.any(dim=1)).double()
    texts: dict[str, Tensor] = {name: measure(layer) for name, measure in EVERYWHERE.items()}
    if layer.axes.stack != "cross":
        texts |= {name: measure(layer) for name, measure in WITHIN_ONE_TEXT.items()}
    sums = {
        name: torch.stack([mean.double(), torch.ones_like(mean, dtype=torch.float64)], dim=-1)
        for name, mean in texts.items()
    }
    if layer.axes.stack != "cross":
        sums |= {"pattern.block": block(layer)} | offset_shares(layer)
    return {name: part * votes[:, None, None] for name, part in sums.items()}


def uniform(layer: WordLayer) -> Tensor:
    """Entropy over the most it could be, each row's weights on words made to sum to 1. Range: 0 to 1, where all words
    get the same.
    """
    values, counted = normalised_entropy(layer, entropy(layer))
    return _mean(values, counted)


def vertical(layer: WordLayer) -> Tensor:
    """Largest column mean, special tokens among the columns. Range: 0 to 1, where all words look at one and the same."""
    columns = layer.axes.means(layer.tokens.flatten(0, 2)).view(*layer.pattern.shape[:3], -1)
    rows = layer.axes.query_mask[:, None, :, None]
    highest = [(part * rows).sum(dim=2).amax(dim=-1) for part in (columns, layer.pattern)]
    return torch.maximum(*highest) / layer.axes.query_mask.sum(dim=1, keepdim=True).clamp(min=1)


def neighbours(layer: WordLayer) -> Tensor:
    """Weight on the word itself and the words beside it. Range: 0 to 1."""
    return _mean((layer.pattern * _near(layer)).sum(dim=-1), layer.axes.query_mask[:, None])


def neighbours_if_uniform(layer: WordLayer) -> Tensor:
    """What these would get if a word gave all words that it sees the same. Range: 0 to 1; one number for all heads."""
    seen = layer.axes.visible.sum(dim=-1)
    share = (layer.axes.visible & _near(layer)).sum(dim=-1) / seen.clamp(min=1)
    return _mean(share[:, None], layer.axes.query_mask[:, None]).expand(layer.pattern.shape[:2])


def far(layer: WordLayer) -> Tensor:
    """Share of words that put half of their attention or more on one word far away (three words, half the text). Range:
    0 to 1.
    """
    limit = (layer.axes.key_mask.sum(dim=1) / 2).clamp(min=NEAREST_FAR)
    distant = (_gaps(layer).abs() >= limit[:, None, None]) & layer.axes.visible
    strongest = layer.pattern.masked_fill(~distant[:, None], 0).amax(dim=-1)
    return _mean((strongest >= HALF).float(), layer.axes.query_mask[:, None])


def offset_shares(layer: WordLayer) -> dict[str, Tensor]:
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


def block(layer: WordLayer) -> Tensor:
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


EVERYWHERE: Mapping[str, Callable[[WordLayer], Tensor]] = {"pattern.uniform": uniform, "pattern.vertical": vertical}
WITHIN_ONE_TEXT: Mapping[str, Callable[[WordLayer], Tensor]] = {
    "pattern.neighbours": neighbours,
    "pattern.neighbours.uniform": neighbours_if_uniform,
    "pattern.far": far,
}


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    """Mean over the last axis of what counts; 0 where nothing does."""
    counted = counted.expand_as(values)
    return values.where(counted, 0).sum(dim=-1) / counted.sum(dim=-1).clamp(min=1)


def _same_sentence(layer: WordLayer) -> Tensor:
    return layer.axes.query_side[:, :, None] == layer.axes.key_side[:, None]


def _gaps(layer: WordLayer) -> Tensor:
    places = torch.arange(layer.pattern.shape[-1], device=layer.pattern.device)
    return places - places[:, None]


def _near(layer: WordLayer) -> Tensor:
    return _gaps(layer).abs() <= 1
