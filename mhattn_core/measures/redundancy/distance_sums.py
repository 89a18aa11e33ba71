"""How far apart a model's heads are over many texts, as sums: patterns by JS divergence and by correlation."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mhattn_core.arrays.word_layer import WordAxes
from mhattn_core.measures.redundancy.distances import ROUNDING
from mhattn_core.measures.redundancy.js_rows import js_within
from mhattn_core.measures.statistics import FOLDS


@dataclass(frozen=True, eq=False)
class DistanceSums:
    """Total and count, float64 ``[fold, head, head, 2]``, the heads of all layers, layer by layer; sums of several
    parts add up.

    ``js``: over words, in nats. ``correlation``: Pearson's r of the weights, over texts. ``texts``: how many were
    measured.
    """

    js: Float[np.ndarray, "fold head head 2"]
    correlation: Float[np.ndarray, "fold head head 2"]
    texts: int

    def __add__(self, other: "DistanceSums") -> "DistanceSums":
        return DistanceSums(self.js + other.js, self.correlation + other.correlation, self.texts + other.texts)


def shuffled_words(
    patterns: Float[Tensor, "text head query key"], axes: WordAxes
) -> Float[Tensor, "text head query key"]:
    """Patterns ``[text, head, query word, key word]`` with each head's query words in an order of its own."""
    generator = torch.Generator().manual_seed(0)
    found = patterns.clone()
    for text, mask in enumerate(axes.query_mask.cpu()):
        rows = mask.nonzero()[:, 0]
        order = rows[torch.rand(patterns.shape[1], len(rows), generator=generator).argsort(dim=1)]
        found[text][:, rows] = patterns[text].gather(1, order[..., None].expand(*order.shape, patterns.shape[-1]))
    return found


def pattern_sums(
    patterns: Float[Tensor, "text head query key"], axes: WordAxes, folds: Int[np.ndarray, " text"], *, causal: bool
) -> DistanceSums:
    """The sums of a batch of patterns ``[text, head, query word, key word]``, heads layer by layer; folds ``[text]``.

    causal: whether only the cells count that the model may see, and not all.
    Source: ``js_within``, ``correlation_distances``.
    """
    rows = axes.query_mask.cpu()
    owner = torch.nn.functional.one_hot(torch.from_numpy(folds), FOLDS).float()[:, None].expand(*rows.shape, FOLDS)
    js = js_within(patterns.transpose(0, 1)[:, rows], owner[rows])
    correlation = np.zeros((FOLDS, patterns.shape[1], patterns.shape[1], 2))
    cells = axes.visible if causal else axes.query_mask[:, :, None] & axes.key_mask[:, None]
    for text, fold, visible in zip(patterns, folds, cells.cpu(), strict=True):
        found = _correlations(text[:, visible]).numpy()
        known = ~np.isnan(found)
        correlation[fold] += np.stack([np.where(known, found, 0), known], axis=-1)
    return DistanceSums(js.numpy(), correlation, len(folds))


def _correlations(cells: Float[Tensor, "head cell"]) -> Float[Tensor, "head head"]:
    """Pearson's r of each two rows ``[head, cell]``; NaN for a head that gives every cell the same."""
    cells = cells.double()
    centred = cells - cells.mean(dim=1, keepdim=True)
    lengths = centred.norm(dim=1, keepdim=True)
    directions = (centred / lengths).where(lengths > ROUNDING * cells.norm(dim=1, keepdim=True), torch.nan)
    return (directions @ directions.T).clamp(-1, 1)
