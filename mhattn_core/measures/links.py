"""What each head gives one link, query word to key word."""

import numpy as np
import pandas as pd
from jaxtyping import Float


def link_weights(pattern: Float[np.ndarray, "layer head query key"], query: int, key: int) -> pd.DataFrame:
    """One row a head: layer, head, weight, and usual, the head's mean weight at the same distance elsewhere.

    A weight near ``usual`` is explained by position alone: the head looks that far whatever the words are.
    Shapes: pattern ``[layer, head, query, key]`` on words. ``usual`` is NaN where the sentence has no other such place.
    """
    layers, heads, queries, keys = pattern.shape
    offset = key - query
    others = [(row, row + offset) for row in range(queries) if row != query and 0 <= row + offset < keys]
    elsewhere = (
        np.stack([pattern[:, :, row, column] for row, column in others])
        if others
        else np.full((1, layers, heads), np.nan)
    )
    layer, head = np.indices((layers, heads))
    return pd.DataFrame(
        {
            "layer": layer.ravel(),
            "head": head.ravel(),
            "weight": pattern[:, :, query, key].ravel().astype(float),
            "usual": elsewhere.mean(axis=0).ravel().astype(float),
        }
    )
