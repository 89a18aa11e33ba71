"""Debiased CKA with a jackknife interval against the plain function, fold by fold."""

import numpy as np
import pytest
import torch

from mhattn_core.errors import ShapeError
from mhattn_core.measures.jackknife import jackknife
from mhattn_core.measures.redundancy.cka import debiased_cka
from mhattn_core.measures.redundancy.cka_folds import cka_by_fold

GENERATOR = np.random.default_rng(0)


def test_value_and_interval_equal_leaving_each_fold_out() -> None:
    features = GENERATOR.normal(size=(4, 40, 6))
    features[1] += features[0]
    folds = GENERATOR.integers(3, 11, 40)
    value, *left_out = cka_by_fold(torch.from_numpy(features), folds)
    np.testing.assert_allclose(value, debiased_cka(features), atol=1e-9)
    expected = np.stack([debiased_cka(features[:, folds != fold]) for fold in np.unique(folds)])
    np.testing.assert_allclose(left_out, expected, atol=1e-9)
    low, high = jackknife(value, np.array(left_out))
    assert low[0, 1] > 0.1
    assert low[2, 3] < 0 < high[2, 3]


def test_a_head_that_writes_the_same_everywhere_has_none() -> None:
    features = GENERATOR.normal(size=(2, 12, 3))
    features[1] = 7
    value = cka_by_fold(torch.from_numpy(features).float(), np.arange(12) % 4)[0]
    assert value[0, 0] == pytest.approx(1)
    assert np.isnan(value[1]).all()
    with pytest.raises(ShapeError):
        cka_by_fold(torch.ones(2, 3, 4), np.arange(3))
