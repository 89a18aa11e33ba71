"""What a head costs in right answers, where most answers do not change and an interval by resampling would have no
width.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Real
from scipy import stats

from mhattn_core.measures.ablation.effects import ends
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL, LEVEL

FEWEST_CHANGED = 6
"""Units that change: with fewer, not even all of them on one side are a rare thing (2 · 2⁻⁵ > 0.05)."""


def lost_answers(
    lost: Real[np.ndarray, "variant item"], units: Sequence[str]
) -> tuple[Float[np.ndarray, " variant"], Float[np.ndarray, " variant"]]:
    """Low and high of the share of right answers that is lost, each in −1 to 1, ``[variant]``; NaN under 30 units.

    lost ``[variant, item]``: 1 where a right answer becomes wrong, −1 where a wrong one becomes right, 0 elsewhere;
    units: the key of each item, equal for items that depend on one another. By the Poisson bootstrap over units where
    at least six change. Else from exact bounds: no more is lost than the share of units that can lose anything, whose
    upper end of Clopper and Pearson (1934) is the high end, and no more is won than the share that can win, so that no
    loss seen does not mean that there is none.
    """
    names, of_item = np.unique(np.asarray(units), return_inverse=True)
    if len(names) < FEWEST_FOR_INTERVAL:
        return np.full(len(lost), np.nan), np.full(len(lost), np.nan)
    low, high = ends(lost, np.ones(lost.shape[1]), units)
    of_unit = lost @ np.eye(len(names))[of_item]
    losing, winning = (of_unit > 0).sum(axis=1), (of_unit < 0).sum(axis=1)
    few = losing + winning < FEWEST_CHANGED
    return (
        np.where(few, -_largest_share(winning, len(names)), low),
        np.where(few, _largest_share(losing, len(names)), high),
    )


def changed_answers_p(lost: Real[np.ndarray, "variant item"], units: Sequence[str]) -> Float[np.ndarray, " variant"]:
    """Two-sided p that as many units win as lose right answers, ``[variant]``, exact; lost, units: as of
    ``lost_answers``; NaN under 30 units, 1 where none changes.

    Source: McNemar 1947 (the sign test of paired answers), over units.
    """
    names, of_item = np.unique(np.asarray(units), return_inverse=True)
    if len(names) < FEWEST_FOR_INTERVAL:
        return np.full(len(lost), np.nan)
    of_unit = lost @ np.eye(len(names))[of_item]
    losing, winning = (of_unit > 0).sum(axis=1), (of_unit < 0).sum(axis=1)
    return np.minimum(2 * stats.binom.cdf(np.minimum(losing, winning), losing + winning, 0.5), 1.0)


def _largest_share(seen: Int[np.ndarray, " variant"], units: int) -> Float[np.ndarray, " variant"]:
    """The upper end of the exact interval of a share that was seen in so many of the units."""
    return stats.beta.ppf((1 + LEVEL) / 2, seen + 1, np.maximum(units - seen, 1e-9))
