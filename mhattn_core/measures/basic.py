"""The basic measures of a head, as sums over a pair's words: total and count, ``[batch, head, 2]``, whose quotient is
the value.

Rows are words that some piece covers; positions count along the grid, sentence A before B. Nothing is renormalised but
where it is said.
"""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import pad

from mhattn_core.arrays.word_layer import SIDES, WordLayer
from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy

Rows = tuple[Float[Tensor, "batch head row"], Bool[Tensor, " batch #head row"]]
"""A value for each word (or token), and which of them count."""


def entropy(layer: WordLayer) -> Rows:
    """Mean over words of H = −Σ p ln p, in nats, p the word's weights on words made to sum to 1.

    A word that gives words no weight at all does not count. Range: 0 to ln(number of words).
    Source: Clark et al. 2019, section 3.3; natural logarithm.
    """
    return _entropy(layer.pattern, layer.side_mass.sum(dim=-1), layer.axes.query_mask)


def normalised_entropy(layer: WordLayer, rows: Rows) -> Rows:
    """``entropy.normalised``: mean of H / ln(words it may see), over words that see two or more; lengths become
    comparable.

    rows: what ``entropy`` gives. Range: 0 to 1. Source: entropy as Clark et al. 2019, section 3.3; the quotient is
    ours.
    """
    value, counted = rows
    choices = layer.axes.visible_words.sum(dim=-1)[:, None]
    return normalised_row_entropy(value, choices), counted & (choices > 1)


def token_entropy(layer: WordLayer) -> Rows:
    """``entropy.tokens``: mean entropy over all fed tokens, special ones included, in nats. Range: 0 to ln(number of
    tokens).

    Source: Clark et al. 2019, section 3.3.
    """
    return _entropy(layer.tokens, layer.tokens.sum(dim=-1), layer.axes.query_tokens)


def distance(layer: WordLayer) -> Float[Tensor, "batch head 2"]:
    """Mean distance in words: ΣΣα|i−j| / ΣΣα, as total and count. Range: 0 to the number of words less one.

    Source: Vig & Belinkov 2019, section 4.
    """
    queries, keys = layer.pattern.shape[-2:]
    places = torch.arange(max(queries, keys), dtype=torch.float32, device=layer.pattern.device)
    gaps = (places[:keys] - places[:queries, None]).abs()
    by_key = layer.pattern.transpose(2, 3).flatten(2)
    return torch.stack([by_key @ gaps.T.flatten(), layer.side_mass.sum(dim=(-1, -2))], dim=-1)


def offset(layer: WordLayer, step: int) -> Rows:
    """``previous`` (−1), ``next`` (1), ``self`` (0): mean weight of the word so many places on, over words that see one
    there.

    Range: 0 to 1. Source: Clark et al. 2019, section 3.1.
    """
    missing = (max(-step, 0), max(step, 0))
    return pad(layer.pattern.diagonal(step, 2, 3), missing), pad(layer.axes.visible.diagonal(step, 1, 2), missing)[
        :, None
    ]


def confidence(layer: WordLayer) -> Rows:
    """Mean over words of the largest weight on a word. Range: 0 to 1. Source: Voita et al. 2019, section 4."""
    return layer.pattern.amax(dim=-1), layer.axes.query_mask[:, None]


def special_mass(layer: WordLayer) -> Rows:
    """Mean share that does not go to words: special tokens, separators, language codes, a model's sink. Range: 0 to 1.

    Source: Clark et al. 2019, section 3.2, for [SEP]; all of it together is ours.
    """
    return layer.special_mass, layer.axes.query_mask[:, None]


def sink_first(layer: WordLayer) -> Rows:
    """``sink.first``: mean share that goes to the first fed token. Range: 0 to 1. Source: Gu et al. 2025, section 3
    (all words are queries here).
    """
    return layer.first_mass, layer.axes.query_mask[:, None]


def block(layer: WordLayer, query: str, key: str) -> Rows:
    """Mean share of a word's attention, from sentence ``query`` to the words of sentence ``key``, over words that see
    any.

    Range: 0 to 1; what goes to A, to B and ``special_mass`` make one. Source: ours, for the blocks of Kovaleva et al.
    2019, section 4.1.
    """
    asked = layer.axes.query_side == SIDES[query]
    return layer.side_mass[..., SIDES[key]], (asked & (layer.axes.visible_words[..., SIDES[key]] > 0))[:, None]


def cross_sentence(layer: WordLayer) -> Rows:
    """Mean share of a word's attention that goes to words of the other sentence, over words that see any. Range: 0 to
    1. Ours.
    """
    in_a = (layer.axes.query_side == SIDES["a"])[:, None]
    to_a, to_b = layer.side_mass.unbind(dim=-1)
    sees_a, sees_b = layer.axes.visible_words[:, None].unbind(dim=-1)
    return to_b.where(in_a, to_a), sees_b.where(in_a, sees_a) > 0


STEPS = {"previous": -1, "next": 1, "self": 0}
BLOCKS = {f"block.{query}_to_{key}": (query, key) for query in SIDES for key in SIDES}
ROWS: Mapping[str, Callable[[WordLayer], Rows]] = {
    "confidence": confidence,
    "special_mass": special_mass,
    "sink.first": sink_first,
    "cross_sentence": cross_sentence,
}


def basic(layer: WordLayer) -> dict[str, Float[Tensor, "batch head 2"]]:
    """All basic measures of one layer of a batch, name → ``[batch, head, 2]``.

    Offsets mean nothing between two texts, so a cross stack has no ``distance``, ``previous``, ``next`` and ``self``.
    """
    rows = {"entropy": entropy(layer)}
    rows["entropy.normalised"] = normalised_entropy(layer, rows["entropy"])
    rows |= {name: measure(layer) for name, measure in ROWS.items()}
    rows |= {name: block(layer, *sides) for name, sides in BLOCKS.items()}
    sums = _sums({"entropy.tokens": token_entropy(layer)})
    if layer.axes.stack != "cross":
        rows |= {name: offset(layer, step) for name, step in STEPS.items()}
        sums["distance"] = distance(layer)
    return sums | _sums(rows)


def _entropy(
    pattern: Float[Tensor, "batch head row key"], mass: Float[Tensor, "batch head row"], rows: Bool[Tensor, "batch row"]
) -> Rows:
    """Rows without any mass do not count."""
    return row_entropy(pattern, mass), (mass > 0) & rows[:, None]


def _sums(rows: Mapping[str, Rows]) -> dict[str, Float[Tensor, "batch head 2"]]:
    """Total over the rows that count, and their number; all at once, since so small sums cost more to call than to
    do.
    """
    values = torch.stack([value for value, _counted in rows.values()])
    counted = torch.stack([counted.expand_as(value) for value, counted in rows.values()])
    totals, counts = values.where(counted, 0).sum(dim=-1), counted.sum(dim=-1)
    return dict(zip(rows, torch.stack([totals, counts.to(totals.dtype)], dim=-1), strict=True))
