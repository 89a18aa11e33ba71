"""What the heads of a model add, over one word of each of many texts: tables with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float

from mhattn_core.measures.fusion.directions import participation_ratio, untold
from mhattn_core.measures.jackknife import jackknife
from mhattn_core.measures.quantities import range_of
from mhattn_core.measures.statistics import bootstrap_weights, fold, interval, quotient, supported
from mhattn_core.measures.word_outputs import WordOutputs

HEADS = ("model", "stack", "layer", "head", "measure", "value", "low", "high", "n")
LAYERS = ("model", "stack", "layer", "heads", "measure", "value", "low", "high", "n")
PARTS = 5
"""Parts of the texts, one of which is held out when a head is told from the others."""


def fusion_tables(model: str, stack: str, found: WordOutputs, keys: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of each head (``HEADS``): ``length`` of what it adds to a word, its ``share`` in the sum of its layer along that
    sum's direction (over all words together; the shares of a layer sum to 1), and ``unique_share`` (see
    ``unique_share``). Of each layer (``LAYERS``):
    ``participation_ratio`` (see there).

    keys: the document or text of each word of ``found``, by which 95 % intervals are drawn, none from fewer than 30;
    those of the participation ratio are of the jackknife over folds, since resampled words would seem to go the same
    way.
    Source: Kobayashi et al. 2020 (lengths).
    """
    # Within a head, distances are those of what it adds, in fewer dimensions.
    features = found.as_written().numpy()
    weights, folds = bootstrap_weights(keys), np.array([fold(key) for key in keys])
    units = len(set(keys))
    about = {"model": model, "stack": stack, "n": len(keys)}
    heads, layers = [], []
    start = 0
    for layer, projection in zip(found.layers, found.projections, strict=True):
        here = slice(start, start + len(projection))
        start = here.stop
        added = torch.einsum("hnd,hdm->hnm", found.outputs[here], projection).numpy()
        told = {
            "length": _lengths(added),
            "share": _shares(added),
            "unique_share": untold(features[here], folds % PARTS),
        }
        for measure, sums in told.items():
            lowest, highest = range_of(measure)
            low, high = supported(*interval(sums, weights, quotient), units, lowest=lowest, highest=highest)
            values = quotient(sums.sum(axis=0))
            rows = {
                "layer": layer,
                "head": range(len(added)),
                "measure": measure,
                "value": values,
                "low": low,
                "high": high,
            }
            heads.append(pd.DataFrame(rows).assign(**about))
        ratio = np.array(participation_ratio(added))
        left_out = np.array([participation_ratio(added[:, folds != one]) for one in np.unique(folds)])
        low, high = jackknife(ratio, left_out)
        row = {
            "layer": layer,
            "heads": len(added),
            "measure": "participation_ratio",
            "value": float(ratio),
            "low": float(low),
            "high": float(high),
        }
        layers.append(pd.DataFrame([row]).assign(**about))
    return pd.concat(heads, ignore_index=True)[list(HEADS)], pd.concat(layers, ignore_index=True)[list(LAYERS)]


def _lengths(added: Float[np.ndarray, "head word dimension"]) -> Float[np.ndarray, "word head 2"]:
    """Length and one, ``[word, head, 2]``."""
    lengths = np.linalg.norm(added.astype(np.float64), axis=-1).T
    return np.stack([lengths, np.ones_like(lengths)], axis=-1)


def _shares(added: Float[np.ndarray, "head word dimension"]) -> Float[np.ndarray, "word head 2"]:
    """A head's product with its layer's sum, and the sum's with itself, ``[word, head, 2]``."""
    wide = added.astype(np.float64)
    total = wide.sum(axis=0)
    along = np.einsum("hnm,nm->nh", wide, total)
    return np.stack([along, np.broadcast_to(np.square(total).sum(axis=-1)[:, None], along.shape)], axis=-1)
