"""How far rows of attention stay what they were, against values by hand and SciPy."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from mhattn_core.errors import ShapeError
from mhattn_core.measures.invariance import WordRows, invariance

ALL = np.ones((2, 3), dtype=bool)
BEFORE = np.array([[0.5, 0.2, 0.1], [0.0, 0.3, 0.0]])
SPECIAL = np.array([0.2, 0.1])


def test_the_same_weights_are_invariant_whatever_their_size() -> None:
    values, share = invariance(WordRows(BEFORE, SPECIAL, ALL), WordRows(BEFORE / 2, SPECIAL / 2, ALL))
    np.testing.assert_allclose(values, 1, atol=1e-7)
    np.testing.assert_allclose(share, [0.75, 0.3])


def test_weights_that_share_no_cell_are_not() -> None:
    after = np.array([[0.0, 0.0, 0.0], [0.4, 0.0, 0.4]])
    values, _share = invariance(
        WordRows(BEFORE * [[1, 1, 0], [1, 1, 1]], np.zeros(2), ALL), WordRows(after, np.array([1.0, 0.2]), ALL)
    )
    np.testing.assert_allclose(values, [0, 1 - jensenshannon([0, 1, 0, 0], [0.4, 0, 0.4, 0.2], base=2)], atol=1e-7)


def test_rows_are_those_of_scipy_over_what_can_be_compared() -> None:
    random = np.random.default_rng(0)
    before, after = random.dirichlet(np.ones(6), (2, 4, 5)), random.dirichlet(np.ones(6), (2, 4, 5))
    comparable = random.random((5, 5)) < 0.7
    comparable[0], comparable[1] = [True, False, False, False, False], False
    values, share = invariance(
        WordRows(before[..., :5], before[..., 5], comparable | np.eye(5, dtype=bool)),
        WordRows(after[..., :5], after[..., 5], comparable),
    )
    kept = np.concatenate([comparable, np.ones((5, 1), dtype=bool)], axis=1)
    assert np.isnan(values[..., :2]).all()
    for row in range(2, 5):
        p, q = (part[..., row, :][..., kept[row]] for part in (before, after))
        np.testing.assert_allclose(values[..., row], 1 - jensenshannon(p, q, base=2, axis=-1), atol=1e-9)
        np.testing.assert_allclose(share[..., row], (p.sum(axis=-1) + q.sum(axis=-1)) / 2)
    assert ((values[..., 2:] >= 0) & (values[..., 2:] <= 1)).all()


def test_rows_and_columns_are_taken_in_their_order() -> None:
    taken = WordRows(BEFORE, SPECIAL, np.array([[True, False, True], [True, True, True]])).at(
        np.array([1, 0]), np.array([2, 0, 1])
    )
    np.testing.assert_array_equal(taken.weights, [[0, 0, 0.3], [0.1, 0.5, 0.2]])
    np.testing.assert_array_equal(taken.special, [0.1, 0.2])
    np.testing.assert_array_equal(taken.visible, [[True, True, True], [True, True, False]])


def test_a_row_without_anything_to_compare_has_no_value() -> None:
    nothing = np.zeros((2, 3))
    values, _share = invariance(WordRows(nothing, np.zeros(2), ALL), WordRows(BEFORE, SPECIAL, ALL))
    assert np.isnan(values).all()


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ShapeError, match="visible"):
        invariance(WordRows(BEFORE, SPECIAL, ALL), WordRows(BEFORE[:1], SPECIAL[:1], ALL[:1]))
