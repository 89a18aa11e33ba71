"""Where a head's weight goes: six parts that sum to one, told apart by what would foresee them.

What position, the most looked-at words and chance foresee is taken off first; what is left follows the words' content.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.measures.patterns.names import PART
from mhattn_core.measures.roles.hits import by_offset


def parts(layer: WordLayer) -> dict[str, Float[Tensor, "batch head"]]:
    """``part.sink``, ``part.even``, ``part.self``, ``part.offset``, ``part.column``, ``part.content``: the mean over a
    text's words of the share of attention that goes to each; together they are 1.

    sink: special tokens, and whatever takes attention beside words. Of the weight on words, in this order:
    even: what all visible words get alike, up to the row's median (the lower one); a word that sees one word only has
    no choice, and gives it all here.
    self: what the word itself gets beyond that.
    offset, column: what two predictions foresee of the rest, E. A weight is foreseen by the mean of the other weights
    at its offset, or by the mean of what other words give to the same word, whichever foresees more of it, m of each
    corrected for chance as Cohen's κ is: e (m − c) / (e − c), where c is the mean of E over visible words, and e what E
    has in a row. A weight counts as foreseen as far as it does not exceed that.
    content: the rest of E.
    Between two texts positions do not compare: a cross stack has neither self nor offset.

    Range: 0 to 1 each. Source: ours; offsets and columns are the diagonal and vertical patterns of Kovaleva et al.
    2019, section 4.1, and the overlap of two distributions is one less their total variation distance.
    """
    axes = layer.axes
    visible = axes.visible[:, None]
    even = torch.minimum(layer.pattern, _row_medians(layer.pattern, visible)).where(visible, 0)
    rest = (layer.pattern - even).where(visible, 0)
    found = {"sink": layer.special_mass, "even": even.sum(dim=-1)}
    others = visible
    if axes.stack != "cross":
        own = torch.eye(rest.shape[-1], dtype=torch.bool, device=rest.device)
        others = visible & ~own
        found["self"] = (rest * own).sum(dim=-1)
    rest = rest.where(others, 0)
    foreseen = _foreseen(rest, others, offsets=axes.stack != "cross")
    if axes.stack != "cross":
        found["offset"] = foreseen.by_offset.sum(dim=-1)
    found["column"] = foreseen.by_column.sum(dim=-1)
    found["content"] = (rest - foreseen.by_offset - foreseen.by_column).sum(dim=-1)
    words = axes.query_mask[:, None]
    number = words.sum(dim=-1).clamp(min=1)
    return {f"{PART}{name}": (share * words).sum(dim=-1) / number for name, share in found.items()}


class _Foreseen(NamedTuple):
    """How much of each weight either prediction foresees; never both of one weight."""

    by_offset: Float[Tensor, "batch head query key"]
    by_column: Float[Tensor, "batch head query key"]


def _foreseen(
    rest: Float[Tensor, "batch head query key"], others: Bool[Tensor, "batch 1 query key"], *, offsets: bool
) -> _Foreseen:
    """rest is 0 outside of others."""
    cells = others.to(rest.dtype)
    in_all = rest.sum(dim=(-2, -1), keepdim=True)
    in_row = in_all / (others.any(dim=-1, keepdim=True).sum(dim=-2, keepdim=True)).clamp(min=1)
    by_chance = in_all / cells.sum(dim=(-2, -1), keepdim=True).clamp(min=1)
    column = _mean_of_others(rest.sum(dim=-2, keepdim=True), cells.sum(dim=-2, keepdim=True), rest)
    offset = torch.zeros_like(rest)
    if offsets:
        offset = _mean_of_others(
            _along_diagonals(by_offset(rest), rest), _along_diagonals(by_offset(cells), rest), rest
        )
    room = in_row - by_chance
    scale = torch.where(room > 0, in_row / room.where(room > 0, 1), 0)
    column, offset = ((mean - by_chance).clamp(min=0) * scale for mean in (column, offset))
    explained = torch.minimum(rest, torch.maximum(offset, column))
    of_offset = offset > column
    return _Foreseen(explained.where(of_offset, 0), explained.where(~of_offset, 0))


def _mean_of_others(
    total: Float[Tensor, "*#axes"], count: Float[Tensor, "*#axes"], own: Float[Tensor, "*axes"]
) -> Float[Tensor, "*axes"]:
    """The mean of those that make up the total, without one's own; 0 where there are no others."""
    return torch.where(count > 1, (total - own) / (count - 1).clamp(min=1), 0).clamp(min=0)


def _along_diagonals(sums: Tensor, like: Tensor) -> Tensor:
    """Sums as ``by_offset`` gives them, back where they came from: ``[batch, head or 1, query, key]``."""
    queries, keys = like.shape[-2:]
    positions = torch.arange(max(queries, keys), device=like.device)
    return sums[..., positions[:keys] - positions[:queries, None] + queries - 1]


def _row_medians(
    pattern: Float[Tensor, "batch head query key"], visible: Bool[Tensor, "batch 1 query key"]
) -> Float[Tensor, "batch head query 1"]:
    """The lower median of each row's visible weights; 0 where none is visible."""
    ordered = pattern.masked_fill(~visible, torch.inf).sort(dim=-1).values
    middle = ((visible.sum(dim=-1, keepdim=True) - 1) // 2).clamp(min=0)
    median = ordered.gather(-1, middle.expand(*pattern.shape[:-1], 1))
    return median.where(median.isfinite(), 0)
