"""Weights beside norms."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.fusion.norms import rank_correlation, special_shares, transfers


def test_a_weight_times_the_length_of_its_value() -> None:
    pattern = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])[None, None]
    found = transfers(pattern, np.array([[[1.0, 10.0, 0.0]]]))
    np.testing.assert_allclose(found[0, 0], [[0.7, 2.0, 0.0], [0.1, 8.0, 0.0]])
    with pytest.raises(ShapeError):
        unchecked(transfers)(pattern, np.ones((1, 1, 2)))


def test_rank_correlation_is_spearmans_over_visible_keys() -> None:
    generator = np.random.default_rng(3)
    pattern, received = generator.random((2, 3, 4, 5)), generator.random((2, 3, 4, 5))
    visible = np.tril(np.ones((4, 5), dtype=bool), 1)
    found = rank_correlation(pattern, received, visible)
    # Of the queries only those with three keys or more.
    expected = np.mean(
        [
            spearmanr(pattern[1, 2, query, keys], received[1, 2, query, keys]).statistic
            for query, keys in ((1, slice(3)), (2, slice(4)), (3, slice(5)))
        ]
    )
    assert found.shape == (2, 3)
    assert found[1, 2] == pytest.approx(expected)
    assert np.isnan(rank_correlation(pattern, received, visible & (np.arange(5) < 2))).all()


def test_a_head_that_rests_on_a_special_token_and_takes_nothing_from_it() -> None:
    pattern = np.array([[0.8, 0.1, 0.1], [0.6, 0.2, 0.2], [0.0, 0.5, 0.5]])[None, None]
    received = transfers(pattern, np.array([[[0.0, 2.0, 2.0]]]))
    table = special_shares(pattern, received, np.array([True, False, False]), np.array([False, True, True]))
    assert table[["layer", "head"]].to_numpy().tolist() == [[0, 0]]
    assert table["weight"].iloc[0] == pytest.approx(0.3)
    assert table["received"].iloc[0] == 0
