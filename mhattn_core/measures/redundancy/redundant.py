"""Which heads are redundant: what that means, of every two heads, and of how many heads of a model."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from mhattn_core.errors import ShapeError
from mhattn_core.measures.jackknife import jackknife
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.measures.statistics import spread

REDUNDANT = 0.1
"""Two heads are redundant that are nearer than this share of what lies between heads with nothing in common.

One tenth: their weights, or what they write, correlate by .9 or more, so that a line through one explains four fifths
of the other; by JS divergence who sees a word that one of the two attends to learns a tenth of a bit about which of
the two it was. Where exactly the line is drawn is ours, and moves the share of heads by JS much; so a share is told
beside that of random weights and of random words, never alone.
"""
UNRELATED: Mapping[By, float] = {"js": math.log(2), "correlation": 1.0, "cka": 1.0}
"""The distance of heads that never look at the same word, or whose weights or outputs have nothing in common."""
REPLICATES = 500


def limit(by: By) -> float:
    """The distance up to which two heads are redundant."""
    return REDUNDANT * UNRELATED[by]


def has_partner(distances: Float[np.ndarray, "*draw head head"], by: By) -> Bool[np.ndarray, "*draw head"]:
    """bool ``[..., head]``: whether any other head is redundant with this one.

    Shapes: distances ``[..., head, head]``; a distance that is not known is not near.
    """
    near = (distances <= limit(by)) & ~np.eye(distances.shape[-1], dtype=bool)
    return np.asarray(near.any(axis=-1))


def redundant_share(distances: Float[np.ndarray, "*draw head head"], by: By) -> Float[np.ndarray, "*draw"]:
    """The share of heads that have a redundant partner, ``[...]`` of distances ``[..., head, head]``; heads without any
    known distance do not count, and where none has one it is NaN. Range: 0 to 1.
    """
    others = ~np.eye(distances.shape[-1], dtype=bool)
    known = (np.isfinite(distances) & others).any(axis=-1).sum(axis=-1)
    partnered = has_partner(distances, by).sum(axis=-1)
    return np.divide(partnered, known, out=np.full(np.shape(known), np.nan), where=known > 0)


def resampled_share(sums: Float[np.ndarray, "fold head head 2"], by: By) -> tuple[float, float]:
    """The ends of the 95 % interval of ``redundant_share`` of total over count, from sums ``[fold, head, head, 2]``.

    Folds (documents, where they are known) are drawn with replacement, 500 times; percentiles, Efron 1979. by: js, or
    correlation, whose sums are of similarities. NaN with fewer than two folds that hold anything.
    """
    filled = sums[(sums[..., 1] > 0).any(axis=(1, 2))]
    if len(filled) < 2:
        return np.nan, np.nan
    generator = np.random.default_rng(0)
    shares = np.empty(REPLICATES)
    for draw in range(REPLICATES):
        drawn = generator.multinomial(len(filled), np.full(len(filled), 1 / len(filled)))
        total, count = np.moveaxis(np.tensordot(drawn, filled, axes=1), -1, 0)
        values = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        shares[draw] = redundant_share(values if by == "js" else 1 - values, by)
    low, high = spread(shares)
    return float(low), float(high)


def jackknifed_share(
    distances: Float[np.ndarray, "head head"], left_out: Float[np.ndarray, "fold head head"], by: By
) -> tuple[float, float]:
    """The same from distances ``[head, head]`` and those that each leave out one fold ``[fold, head, head]``: for CKA,
    which drawing a word twice would raise. Wider than need be, since a share steps.
    """
    low, high = jackknife(redundant_share(distances, by), redundant_share(left_out, by))
    return float(np.clip(low, 0, 1)), float(np.clip(high, 0, 1))


def head_pairs(
    here: pd.DataFrame,
    noise: Float[np.ndarray, "draw head head"],
    *,
    by: By,
    mean: Float[np.ndarray, "head head"] | None = None,
) -> pd.DataFrame:
    """Every two heads of one stack once, the nearest first: layer_a, head_a, layer_b, head_b, distance, noise,
    noise_low, noise_high, redundant, on_noise.

    here: as ``distances`` gives it; noise ``[draw, head, head]``. ``noise`` is the mean of the draws, or what is given
    as such, low and high their ends. ``redundant``: no farther than ``limit``; ``on_noise``: no farther on random
    words, or there no farther than that, too. Raises ShapeError where the two disagree on heads.
    """
    if noise.shape[1:] != here.shape:
        raise ShapeError(f"distances {here.shape} and on random words {noise.shape[1:]}")
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
        redundant=table["distance"] <= limit(by), on_noise=table["noise"] <= np.maximum(table["distance"], limit(by))
    )
    return table.sort_values("distance", kind="stable", ignore_index=True)
