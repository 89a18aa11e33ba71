"""What each head gives to the regions of one pair as fed; ``regions`` sums the same over many."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from mhattn_core.arrays.word_grid import WordAxis
from mhattn_core.text.feeding import REGIONS, Region

SHARE, LIFT = "region.share", "region.lift"


def pair_regions(
    pattern: Float[np.ndarray, "layer head query key"], queries: WordAxis, keys: Sequence[Region], *, causal: bool
) -> tuple[Float[np.ndarray, "layer head region"], Float[np.ndarray, " region"]]:
    """Mean share of a word's attention that each head gives to the tokens of a region, and that of a head that looks
    everywhere alike; both in the order of ``REGIONS``. NaN in a layer that does not attend.
    """
    here = np.array([[region == key for region in REGIONS] for key in keys], dtype=float)
    seen = np.ones(pattern.shape[-2:])
    seen = np.tril(seen) if causal else seen
    even = (seen / seen.sum(axis=-1, keepdims=True)) @ here
    shares, expected = (
        queries.averaged(rows)[..., queries.seen, :].mean(axis=-2) for rows in (pattern.astype(float) @ here, even)
    )
    return shares, expected
