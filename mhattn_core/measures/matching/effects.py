"""Costs of matching the heads of two models by what is lost without them, text by text."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from mhattn_core.measures.matching.assignment import costs
from mhattn_core.measures.matching.costs import MatchCosts
from mhattn_core.measures.matching.nulls import similarity_nulls
from mhattn_core.measures.matching.profiles import centred, standardised
from mhattn_core.measures.statistics import bootstrap_weights, folds_of_split

FEWEST_TEXTS = 10
REPLICATES = 100


def effect_costs(
    a: Float[np.ndarray, "head_a text"],
    b: Float[np.ndarray, "head_b text"],
    keys: Sequence[str],
    folds: Sequence[int],
) -> MatchCosts | None:
    """By 1 − Pearson's r, over texts, of how much the model changes without each head: ``[head, text]`` of each.

    Each text in standard deviations from the mean of its model's heads, as measures of a profile: that some texts are
    hard without any head brings no two near. keys: the texts, which the resampling hangs on; folds: of each. Texts that
    either model could not take (NaN) do not count; None with fewer than ten. What a change is of (the loss, the
    sentence vector) may differ between the models. Halves are those of the first split. Source: ours.
    """
    known = np.isfinite(a).all(axis=0) & np.isfinite(b).all(axis=0)
    if known.sum() < FEWEST_TEXTS:
        return None
    kept = np.flatnonzero(known).tolist()
    a, b = (standardised(one[:, known] / np.abs(one[:, known]).max()) for one in (a, b))
    here = folds_of_split(0)[[folds[text] for text in kept]]
    drawn = bootstrap_weights([keys[text] for text in kept], REPLICATES).astype(int)
    return MatchCosts(
        costs(a, b, by="profile"),
        similarity_nulls(centred(a), centred(b)),
        np.stack([costs(a[:, half], b[:, half], by="profile") for half in (here, ~here)]),
        np.stack([costs(np.repeat(a, draw, axis=1), np.repeat(b, draw, axis=1), by="profile") for draw in drawn]),
        len(kept),
    )
