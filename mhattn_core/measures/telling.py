"""Which head to show first."""

import warnings

import numpy as np

from mhattn_core.measures.entropy import normalised_row_entropy

MOST_SPECIAL_MASS = 0.5


def mean_entropy(pattern: np.ndarray, visible: np.ndarray, special_mass: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each head's normalised entropy and special mass, ``[layer, head]``, as means over the words that it reads.

    NaN where no word of the sentence has anything to choose from.
    Shapes: pattern ``[layer, head, query, key]``, visible ``[query, key]``, special_mass ``[layer, head, query]``.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        entropy = np.nanmean(normalised_row_entropy(pattern, visible), axis=-1)
        return entropy, np.nanmean(special_mass, axis=-1)


def heads_by_entropy(pattern: np.ndarray, visible: np.ndarray, special_mass: np.ndarray) -> list[tuple[int, int]]:
    """All heads as (layer, head), the most concentrated first; shapes as ``mean_entropy``.

    Heads that put half of their mass or more on special tokens come after all others: they say little about words.
    """
    entropy, special = mean_entropy(pattern, visible, special_mass)
    order = np.lexsort((entropy.ravel(), (special >= MOST_SPECIAL_MASS).ravel()))
    heads = pattern.shape[1]
    return [(int(place) // heads, int(place) % heads) for place in order]
