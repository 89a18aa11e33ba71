"""Folds, draws and intervals, by hand."""

import numpy as np
import pytest
from scipy import stats
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.statistics import (
    FOLDS,
    bootstrap_weights,
    exact_bound,
    fold,
    folds_of_split,
    interval,
    quotient,
    spread,
    supported,
)

KEYS = ["The cat sleeps.", "猫在睡觉。", "The cat sleeps.", ""]


def test_a_fold_is_a_function_of_the_text() -> None:
    texts = [f"sentence {number}" for number in range(4000)]
    folds = [fold(text) for text in texts]
    assert folds == [fold(text) for text in texts]
    counts = np.bincount(folds, minlength=FOLDS)
    assert len(counts) == FOLDS
    assert counts.min() > 150  # 200 each but for chance
    assert counts.max() < 250
    # Runs that are stored, and the tables that ship, rest on these very folds.
    assert [fold(key) for key in KEYS] == [5, 19, 5, 6]


def test_a_split_chooses_on_ten_folds_and_seeds_differ() -> None:
    splits = np.array([folds_of_split(seed) for seed in range(50)])
    assert (splits.sum(axis=1) == 10).all()
    assert len({split.tobytes() for split in splits}) == 50
    assert (splits == [folds_of_split(seed) for seed in range(50)]).all()
    assert np.flatnonzero(splits[0]).tolist() == [2, 3, 4, 6, 8, 10, 11, 13, 16, 19]


def test_equal_texts_are_drawn_together_and_order_does_not_count() -> None:
    weights = bootstrap_weights(KEYS, replicates=300)
    assert weights.shape == (300, 4)
    assert weights.dtype == np.float64
    np.testing.assert_array_equal(weights[:, 0], weights[:, 2])
    assert (weights[:, 0] != weights[:, 1]).any()
    order = [3, 1, 0]
    np.testing.assert_array_equal(
        bootstrap_weights([KEYS[place] for place in order], replicates=300), weights[:, order]
    )


def test_draws_are_poisson_of_mean_one() -> None:
    weights = bootstrap_weights([f"text {number}" for number in range(400)], replicates=500)
    assert weights.mean() == pytest.approx(1, abs=0.01)
    assert weights.var() == pytest.approx(1, abs=0.02)
    assert (weights == weights.astype(int)).all()


def test_draws_stay_what_they_were() -> None:
    # A change here, of NumPy's or of ours, would quietly move every interval that was ever stored.
    assert bootstrap_weights(KEYS, replicates=12).T.astype(int).tolist() == [
        [3, 0, 1, 3, 2, 1, 3, 1, 0, 2, 1, 0],
        [0, 4, 0, 2, 1, 1, 1, 0, 0, 0, 0, 3],
        [3, 0, 1, 3, 2, 1, 3, 1, 0, 2, 1, 0],
        [0, 0, 0, 1, 2, 0, 0, 1, 0, 1, 1, 2],
    ]


def test_interval_by_hand() -> None:
    # Two pairs; three replicates count them (1, 0), (0, 1), (1, 1): quotients 1/4, 3/4 and 4/8.
    sums = np.array([[1.0, 4.0], [3.0, 4.0]])
    weights = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    low, high = interval(sums, weights, quotient)
    assert (low, high) == (pytest.approx(0.25 + 0.05 * 0.25), pytest.approx(0.75 - 0.05 * 0.25))
    assert [float(end) for end in interval(sums, weights, quotient, level=0.5)] == [0.375, 0.625]


def test_interval_keeps_heads_apart() -> None:
    sums = np.zeros((2, 3, 5, 2))  # pairs, layers, heads, parts
    sums[..., 1] = 1
    sums[0, 2, 4, 0] = 1
    weights = np.array([[2.0, 0.0], [0.0, 2.0]])
    low, high = interval(sums, weights, quotient, level=1.0)
    assert low.shape == high.shape == (3, 5)
    assert high[2, 4] == 1
    assert high.sum() == 1
    assert not low.any()


def test_undefined_replicates_are_left_out() -> None:
    nan = np.nan
    low, high = spread(np.array([[1.0, nan], [nan, nan], [3.0, nan]]), level=1.0)
    np.testing.assert_array_equal(low, [1, nan])
    np.testing.assert_array_equal(high, [3, nan])


def test_quotient_of_nothing_is_not_a_number() -> None:
    np.testing.assert_array_equal(quotient(np.array([[1.0, 4.0], [0.0, 0.0], [0.0, 2.0]])), [0.25, np.nan, 0.0])


def test_sums_and_weights_must_agree_on_the_pairs() -> None:
    with pytest.raises(ShapeError):
        unchecked(interval)(np.zeros((3, 2)), np.zeros((10, 4)), quotient)


def test_what_none_of_n_shows_is_bounded_as_clopper_and_pearson_have_it() -> None:
    sizes = [1, 40, 65, 1000]
    expected = [stats.binomtest(0, n).proportion_ci(method="exact").high for n in sizes]
    np.testing.assert_allclose(exact_bound(np.array(sizes)), expected)
    assert exact_bound(0) == 1


def test_units_that_are_all_alike_exclude_only_so_much() -> None:
    low, high = supported(np.array([0.2, 1.0, 0.0, 0.5]), np.array([0.4, 1.0, 0.0, 0.6]), np.array([65, 65, 65, 29]))
    bound = 1 - 0.025 ** (1 / 65)
    np.testing.assert_allclose(low, [0.2, 1 - bound, 0, np.nan])
    np.testing.assert_allclose(high, [0.4, 1, bound, np.nan])
    # A difference may lie on either side of none.
    np.testing.assert_allclose(supported(np.zeros(1), np.zeros(1), 65, lowest=-1.0), [[-bound], [bound]])
