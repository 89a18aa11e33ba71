"""Every two heads, with how similar they are on random words."""

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.measures.redundancy.head_distances import By

DOUBLED: dict[By, float] = {"js": 0.05, "correlation": 0.1, "cka": 0.1}
"""Heads that are nearer than this look doubled; of JS about 7 % of the farthest that two heads can be. The thresholds
are ours.
"""


def head_pairs(
    here: pd.DataFrame,
    noise: Float[np.ndarray, "draw head head"],
    *,
    by: By,
    mean: Float[np.ndarray, "head head"] | None = None,
) -> pd.DataFrame:
    """Every two heads of one stack once, the nearest first: layer_a, head_a, layer_b, head_b, distance, noise,
    noise_low, noise_high, doubled, on_noise.

    here: as ``distances`` gives it; noise ``[draw, head, head]``. ``noise`` is the mean of the draws, or what is given
    as such, low and high their ends.
    ``doubled``: nearer than ``DOUBLED``; ``on_noise``: no farther on random words, or there nearer than that, too.
    """
    first, second = np.triu_indices(len(here), 1)
    layers, heads = (here.index.get_level_values(level).to_numpy() for level in ("layer", "head"))
    table = pd.DataFrame(
        {
            "layer_a": layers[first],
            "head_a": heads[first],
            "layer_b": layers[second],
            "head_b": heads[second],
            "distance": here.to_numpy()[first, second],
            "noise": (noise.mean(axis=0) if mean is None else mean)[first, second],
            "noise_low": noise.min(axis=0)[first, second],
            "noise_high": noise.max(axis=0)[first, second],
        }
    )
    table = table.assign(
        doubled=table["distance"] <= DOUBLED[by], on_noise=table["noise"] <= np.maximum(table["distance"], DOUBLED[by])
    )
    return table.sort_values("distance", kind="stable", ignore_index=True)
