"""Which head to show first."""

import warnings

import numpy as np
import torch
from jaxtyping import Float

from mhattn_core.arrays.word_grid import WordGrid
from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy

MOST_SPECIAL_MASS = 0.5


def mean_entropy(grid: WordGrid) -> tuple[Float[np.ndarray, "layer head"], Float[np.ndarray, "layer head"]]:
    """Each head's normalised entropy and special mass, ``[layer, head]``, as means over the words that it reads; as in
    a run.

    NaN where no word of the sentence has anything to choose from.
    """
    # A word that no piece covers can be given nothing.
    choices = (grid.visible & grid.key_axis.seen).sum(axis=-1)
    normalised = normalised_row_entropy(row_entropy(torch.from_numpy(grid.pattern)), torch.from_numpy(choices))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        return np.nanmean(normalised.numpy(), axis=-1), np.nanmean(grid.special_mass, axis=-1)


def heads_by_entropy(grid: WordGrid) -> list[tuple[int, int]]:
    """All heads as (layer, head), the most concentrated first.

    Heads that put half of their mass or more on special tokens come after all others: they say little about words.
    """
    entropy, special = mean_entropy(grid)
    order = np.lexsort((entropy.ravel(), (special >= MOST_SPECIAL_MASS).ravel()))
    heads = grid.pattern.shape[1]
    return [(int(place) // heads, int(place) % heads) for place in order]
