"""Arrays over all layers of a stack, those among them that do not attend."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Shaped


def over_layers(
    found: Mapping[int, Shaped[np.ndarray, "..."]], layers: int, *, without: float = np.nan
) -> Shaped[np.ndarray, "layer ..."]:
    """What single layers gave, stacked by their numbers: ``[layer, ...]``; ``without`` where a layer gave nothing.

    found: by the number of the layer, one at least, all of one shape.
    """
    like = next(iter(found.values()))
    stacked = np.full((layers, *like.shape), without, dtype=like.dtype)
    for layer, values in found.items():
        stacked[layer] = values
    return stacked
