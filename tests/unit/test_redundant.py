"""Redundant heads: the definition by hand, and intervals of their share that hold what they promise."""

import numpy as np
import pandas as pd
import pytest

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.redundant import (
    has_partner,
    head_pairs,
    jackknifed_share,
    limit,
    redundant_share,
    resampled_share,
)

SQUARE = np.array([[0, 0.06, 0.5, 0.3], [0.06, 0, 0.08, 0.4], [0.5, 0.08, 0, 0.6], [0.3, 0.4, 0.6, 0]])


def test_a_tenth_of_what_lies_between_heads_with_nothing_in_common() -> None:
    assert limit("js") == pytest.approx(0.0693147)
    assert limit("cka") == limit("correlation") == pytest.approx(0.1)


def test_the_share_of_heads_with_a_partner() -> None:
    assert has_partner(SQUARE, "js").tolist() == [True, True, False, False]
    assert has_partner(SQUARE, "cka").tolist() == [True, True, True, False]
    np.testing.assert_allclose(redundant_share(np.stack([SQUARE, SQUARE + 1]), "cka"), [0.75, 0])
    unknown = SQUARE.copy()
    unknown[3] = unknown[:, 3] = np.nan
    assert redundant_share(unknown, "js") == pytest.approx(2 / 3)
    assert np.isnan(redundant_share(np.full((2, 2), np.nan), "js"))


def test_the_ends_of_a_share_come_from_folds() -> None:
    sums = np.stack([np.stack([SQUARE * 10, np.full((4, 4), 10.0)], axis=-1)] * 6)
    assert resampled_share(sums, "js") == (0.5, 0.5)  # every fold says the same
    assert np.isnan(resampled_share(sums[:1], "js")).all()
    shaken = sums.copy()
    shaken[:, 0, 1, 0] = shaken[:, 1, 0, 0] = 10 * np.array([0.02, 0.02, 0.05, 0.06, 0.09, 0.12])
    low, high = resampled_share(shaken, "js")
    assert (low, high) == (0, 0.5)
    left_out = np.stack([SQUARE] * 5 + [SQUARE + 1])
    low, high = jackknifed_share(SQUARE, left_out, "cka")
    assert low < 0.75 < high <= 1


def test_intervals_of_a_share_cover_it() -> None:
    """Thirty heads whose distances to their nearest lie on both sides of the limit, measured on 20 folds with noise."""
    generator = np.random.default_rng(0)
    heads, covered = 30, []
    for _simulation in range(60):
        points = generator.uniform(0, 2.6, heads)
        true = np.abs(points[:, None] - points)
        fold_noise = generator.normal(0, 0.06, (20, heads, heads))
        measured = true + (fold_noise + fold_noise.swapaxes(1, 2)) / 2
        low, high = resampled_share(np.stack([measured, np.ones_like(measured)], axis=-1), "js")
        covered.append(low - 1e-9 <= redundant_share(true, "js") <= high + 1e-9)
    assert np.mean(covered) >= 0.9


def test_pairs_on_other_heads_are_refused() -> None:
    index = pd.MultiIndex.from_product([["m"], ["encoder"], [0], range(4)], names=["model", "stack", "layer", "head"])
    with pytest.raises(ShapeError):
        head_pairs(pd.DataFrame(SQUARE, index, index), SQUARE[None, :3, :3], by="js")
