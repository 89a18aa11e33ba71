"""Debiased CKA: golden values, both forms, and what it does not mind."""

import numpy as np
import pytest
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.redundancy.cka import cka_of_grams, debiased_cka, grams

GENERATOR = np.random.default_rng(0)


def test_the_golden_value_in_both_forms() -> None:
    x, y = np.array([[[1.0], [2], [3], [4]]]), np.array([[[1.0], [3], [2], [4]]])
    assert debiased_cka(x, y)[0, 0] == pytest.approx(-0.0384615, abs=1e-6)
    assert cka_of_grams(np.concatenate([grams(x), grams(y)]))[0, 1] == pytest.approx(-0.0384615, abs=1e-6)


def test_features_and_grams_agree_for_heads_of_different_width() -> None:
    a, b = GENERATOR.normal(size=(3, 11, 4)), GENERATOR.normal(size=(2, 11, 6))
    together = cka_of_grams(np.concatenate([grams(a), grams(b)]))
    np.testing.assert_allclose(debiased_cka(a, b), together[:3, 3:])
    np.testing.assert_allclose(debiased_cka(a), together[:3, :3])


def test_independent_features_score_nothing() -> None:
    found = np.mean([debiased_cka(*np.random.default_rng(seed).normal(size=(2, 1, 50, 64))) for seed in range(20)])
    assert abs(found) < 0.02  # the plain CKA gives 0.55


def test_rotation_scale_and_shift_change_nothing() -> None:
    x = GENERATOR.normal(size=(1, 30, 5))
    rotation, _r = np.linalg.qr(GENERATOR.normal(size=(5, 5)))
    assert debiased_cka(x, 3 * x @ rotation + 7)[0, 0] == pytest.approx(1)


def test_words_that_are_not_seen_are_left_out() -> None:
    x = GENERATOR.normal(size=(3, 9, 4))
    without = debiased_cka(np.delete(x, 2, axis=1))
    x[:, 2] = np.nan
    np.testing.assert_allclose(debiased_cka(x), without)
    np.testing.assert_allclose(cka_of_grams(grams(x)), without)


def test_degenerate_input_is_nan_or_an_error() -> None:
    x = GENERATOR.normal(size=(2, 6, 3))
    x[1] = 5
    found = debiased_cka(x)
    assert np.isnan(found[1]).all()
    assert found[0, 0] == pytest.approx(1)
    with pytest.raises(ShapeError):
        debiased_cka(x[:, :3])
    with pytest.raises(ShapeError):
        unchecked(debiased_cka)(x, GENERATOR.normal(size=(2, 7, 3)))
