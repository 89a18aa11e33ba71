"""What each head gives to the regions of one pair as fed; ``regions`` sums the same over many."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from mhattn_core.arrays.word_grid import WordAxis, normalised
from mhattn_core.text.feeding import REGIONS, Region

SHARE, LIFT = "region.share", "region.lift"


def pair_regions(
    pattern: Float[np.ndarray, "layer head query key"], queries: WordAxis, keys: Sequence[Region], *, causal: bool
) -> tuple[Float[np.ndarray, "layer head region"], Float[np.ndarray, " region"]]:
    """Mean share of a word's attention that each head gives to the tokens of a region, and that of a head that looks
    everywhere alike; both in the order of ``REGIONS``. NaN in a layer that does not attend.
    """
    here = np.array([[region == key for region in REGIONS] for key in keys], dtype=float)
    everywhere = np.ones((len(queries.words), 1))
    shares, expected = between_regions(pattern, queries, here, everywhere, causal=causal)
    return shares[..., 0, :], expected[0]


def between_regions(
    pattern: Float[np.ndarray, "layer head query key"],
    queries: WordAxis,
    here: Float[np.ndarray, "key region"],
    member: Float[np.ndarray, "word source"],
    *,
    causal: bool,
) -> tuple[Float[np.ndarray, "layer head source region"], Float[np.ndarray, "source region"]]:
    """The same from the words of each source region. here: which part of a token is in a region; member: 1 where a word
    is in a source region. NaN from a region without words that some piece covers.
    """
    seen = np.ones(pattern.shape[-2:])
    seen = np.tril(seen) if causal else seen
    even = (seen / seen.sum(axis=-1, keepdims=True)) @ here
    of_words = normalised(member * queries.seen[:, None], axis=0)
    of_words[:, of_words.sum(axis=0) == 0] = np.nan
    shares, expected = (
        np.swapaxes(of_words, 0, 1)[:, queries.seen] @ queries.averaged(rows)[..., queries.seen, :]
        for rows in (pattern.astype(float) @ here, even)
    )
    return shares, expected
