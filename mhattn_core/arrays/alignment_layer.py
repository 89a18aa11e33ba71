"""One layer of a padded batch as an aligner: what each head gives each word of the other sentence."""

from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor

from mhattn_core.arrays.alignment_weights import Rows, Weighting


@dataclass(frozen=True, eq=False)
class AlignmentLayer:
    """``AlignmentWeights`` of one layer, for many pairs at once; all axes are padded on the right.

    weights ``[batch, head, query word, key word]``; no_link ``[batch, head, query word]``: the largest weight on a
    special token of the source, 0 where special tokens do not compete.
    choosing bool ``[batch, query word]``: the words that choose a partner; partners bool ``[batch, key word]``: the
    words that they choose among. A word that no piece covers gets and gives 0.
    """

    layer: int
    rows: Rows
    weight: Weighting
    weights: Float[Tensor, "batch head query key"]
    no_link: Float[Tensor, "batch head query"]
    choosing: Bool[Tensor, "batch query"]
    partners: Bool[Tensor, "batch key"]
