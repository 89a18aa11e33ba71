"""A head's arithmetic, worked out by hand on two queries and three keys of two dimensions."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from unchecked import unchecked

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.errors import ShapeError
from mhattn_core.measures.inside.score_decomposition import (
    centred_scores,
    dimension_shares,
    effective_rank,
    products,
    steps,
)

PLAIN = HeadValues(
    query=np.array([[1, 2], [0, -1]], dtype=np.float32),
    key=np.array([[3, 0], [1, 1], [0, 2]], dtype=np.float32),
    value=np.zeros((3, 2), dtype=np.float32),
    output=np.zeros((2, 2), dtype=np.float32),
    scaling=0.5,
    softcap=None,
    bias=None,
    mask=np.ones((2, 3), dtype=bool),
    sink=None,
)


def test_plain_scores() -> None:
    found = steps(PLAIN)
    np.testing.assert_array_equal(found.dot, [[3, 3, 4], [0, -1, -2]])
    np.testing.assert_array_equal(found.scaled, [[1.5, 1.5, 2], [0, -0.5, -1]])
    assert found.capped is None
    assert found.biased is None
    np.testing.assert_array_equal(found.score, found.scaled)
    # 1 + e^-1/2 + e^-1
    assert found.normaliser[1] == pytest.approx(math.log(1 + math.exp(-0.5) + math.exp(-1)))
    np.testing.assert_allclose(found.weight, softmax([[1.5, 1.5, 2], [0, -0.5, -1]], axis=1))


def test_each_further_step_stands_in_its_place() -> None:
    values = replace(
        PLAIN,
        softcap=2.0,
        bias=np.array([[0.0, 1, 0], [0, 0, -3]]),
        mask=np.array([[True, True, False], [False, True, True]]),
        sink=0.25,
    )
    found = steps(values)
    assert found.capped is not None
    assert found.biased is not None
    assert found.capped[0, 0] == pytest.approx(2 * math.tanh(0.75))
    assert found.biased[0, 1] == pytest.approx(2 * math.tanh(0.75) + 1)
    assert found.score[0, 2] == -math.inf
    exponents = np.exp([2 * math.tanh(0.75), 2 * math.tanh(0.75) + 1, 0.25])
    np.testing.assert_allclose(found.weight[0], [exponents[0] / exponents.sum(), exponents[1] / exponents.sum(), 0])
    # The key that is not there takes its share.
    assert found.weight[0].sum() == pytest.approx(1 - exponents[2] / exponents.sum())


def test_a_query_that_sees_nothing_has_no_weights() -> None:
    found = steps(replace(PLAIN, mask=np.array([[True, True, True], [False, False, False]])))
    np.testing.assert_array_equal(found.weight[1], 0)
    assert np.isfinite(found.weight).all()


def test_products_add_up_to_the_dot_product() -> None:
    np.testing.assert_array_equal(products(PLAIN, 0, 2), [0, 4])
    np.testing.assert_array_equal(products(PLAIN, 1, 1), [0, -1])


def test_shares_of_dimensions() -> None:
    """Of the first query alone: products 3, 1, 0 and 0, 2, 4; centred 5/3, -1/3, -4/3 and -2, 0, 2; scores 3, 3, 4."""
    values = replace(PLAIN, query=PLAIN.query[:1], output=PLAIN.output[:1], mask=PLAIN.mask[:1])
    scores = np.array([-1, -1, 2]) / 3
    expected = np.array([np.dot([5 / 3, -1 / 3, -4 / 3], scores), np.dot([-2, 0, 2], scores)]) / (scores @ scores)
    shares = dimension_shares(values)
    np.testing.assert_allclose(shares, expected)
    assert shares.sum() == pytest.approx(1)
    # The first dimension works against the second.
    assert shares[0] == pytest.approx(-2)


def test_shares_count_visible_keys_only_and_know_when_there_is_nothing_to_share() -> None:
    shares = dimension_shares(replace(PLAIN, mask=np.array([[True, True, False], [True, False, False]])))
    # Of query 0 keys 0 and 1 get the same score, and query 1 sees one key.
    assert np.isnan(shares).all()
    shares = dimension_shares(replace(PLAIN, mask=np.array([[False, False, True], [True, True, False]])))
    np.testing.assert_allclose(shares, [0, 1])


def test_effective_rank() -> None:
    assert effective_rank(np.outer([1, 2], [3, 4, 5])) == pytest.approx(1)
    assert effective_rank(np.array([[2, 0, 0], [0, 2, 0]])) == pytest.approx(2)
    # Singular values 3 and 1: shares 3/4 and 1/4.
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert effective_rank(np.array([[0, 3, 0], [-1, 0, 0]])) == pytest.approx(math.exp(entropy))
    assert effective_rank(np.zeros((2, 3))) == 0
    with pytest.raises(ShapeError, match="not 3"):
        unchecked(effective_rank)(np.zeros((2, 3, 4)))


def test_scores_less_what_all_keys_share() -> None:
    np.testing.assert_allclose(centred_scores(PLAIN), [[-1 / 3, -1 / 3, 2 / 3], [1, 0, -1]])


def test_turning_queries_and_keys_together_changes_shares_and_no_weight() -> None:
    """Dimensions are a matter of basis: (Q, K) → (QA, KA⁻ᵀ)."""
    turn = np.array([[2.0, 1.0], [0.0, 0.5]])
    turned = replace(PLAIN, query=PLAIN.query @ turn, key=PLAIN.key @ np.linalg.inv(turn).T)
    np.testing.assert_allclose(steps(turned).weight, steps(PLAIN).weight, atol=1e-12)
    assert np.abs(dimension_shares(turned) - dimension_shares(PLAIN)).max() > 0.1
