"""Entropy against hand values and SciPy, and the head shown first."""

import math

import numpy as np
import pytest
import scipy.stats

from mhattn_core.errors import ShapeError
from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy
from mhattn_core.measures.links import link_weights
from mhattn_core.measures.telling import heads_by_entropy


def test_golden_entropy() -> None:
    pattern = np.array([[0.5, 0.25, 0.25]])
    assert row_entropy(pattern)[0] == pytest.approx(1.039721, abs=1e-6)
    assert normalised_row_entropy(pattern, np.ones((1, 3), dtype=bool))[0] == pytest.approx(0.946395, abs=1e-6)


def test_rows_are_renormalised() -> None:
    assert row_entropy(np.array([[0.1, 0.1, 0, 0]]))[0] == pytest.approx(math.log(2))


def test_against_scipy_on_a_non_square_pattern() -> None:
    pattern = np.random.default_rng(3).dirichlet(np.ones(7), size=(2, 3, 5)) * 0.8
    np.testing.assert_allclose(row_entropy(pattern), scipy.stats.entropy(pattern, axis=-1), atol=1e-12)


def test_rows_without_mass_or_choice_do_not_count() -> None:
    assert np.isnan(row_entropy(np.array([[0.0, 0.0]]))[0])
    visible = np.tril(np.ones((2, 2), dtype=bool))
    normalised = normalised_row_entropy(np.array([[1.0, 0.0], [0.5, 0.5]]), visible)
    assert np.isnan(normalised[0])
    assert normalised[1] == pytest.approx(1)


def test_shapes_must_agree() -> None:
    with pytest.raises(ShapeError):
        normalised_row_entropy(np.ones((2, 3)), np.ones((3, 2), dtype=bool))


def test_the_most_concentrated_head_comes_first_and_special_heads_last() -> None:
    sharp, broad = np.array([[0.3, 0, 0], [0, 0, 0.4]]), np.full((2, 3), 1 / 3)
    pattern = np.stack([[sharp, broad, sharp * 2]])
    special = np.array([[[0.7, 0.6], [0.0, 0.0], [0.4, 0.2]]])
    assert heads_by_entropy(pattern, np.ones((2, 3), dtype=bool), special) == [(0, 2), (0, 1), (0, 0)]


def test_link_weights_beside_the_same_distance_elsewhere() -> None:
    pattern = np.zeros((1, 2, 3, 4))
    pattern[0, 1, 0, 1], pattern[0, 1, 1, 2], pattern[0, 1, 2, 3] = 0.9, 0.2, 0.4
    table = link_weights(pattern, 0, 1)
    assert table[["layer", "head"]].to_numpy().tolist() == [[0, 0], [0, 1]]
    assert table["weight"].tolist() == pytest.approx([0, 0.9])
    assert table["usual"].tolist() == pytest.approx([0, 0.3])
    assert link_weights(pattern, 0, 3)["usual"].isna().all()
