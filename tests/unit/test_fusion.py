"""What the heads of a layer add, held against one another."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.fusion.directions import (
    FEWEST_WORDS,
    PENALTIES,
    cosines,
    layer_shares,
    mean_cosine,
    participation_ratio,
    ratio_of,
    unique_share,
    untold,
)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def test_shares_lie_along_the_sum_and_make_one() -> None:
    vectors = np.array([[[3.0, 1.0], [1.0, 0.0], [0.0, -1.0]], [[2.0, 0.0], [0.0, 5.0], [-2.0, -5.0]]])
    shares = layer_shares(vectors)
    np.testing.assert_allclose(shares[0], [0.75, 0.25, 0.0])
    assert np.isnan(shares[1]).all()
    np.testing.assert_allclose(layer_shares(normal(4, 5, 7)).sum(axis=-1), 1)
    np.testing.assert_allclose(layer_shares(np.array([[3.0, 0.0], [-1.0, 0.0]])), [1.5, -0.5])


def test_cosines_keep_their_signs() -> None:
    vectors = np.array([[2.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [3.0, 0.0, 4.0], [0.0, 0.0, 0.0]])
    found = cosines(vectors)
    np.testing.assert_allclose(found[:3, :3], [[1, -1, 0.6], [-1, 1, -0.6], [0.6, -0.6, 1]])
    assert np.isnan(found[3]).all()
    np.testing.assert_allclose(mean_cosine(vectors[:3]), (-1 + 0.6 - 0.6) / 3)
    assert mean_cosine(normal(2, 3, 4)).shape == (2,)


def test_the_golden_participation_ratio() -> None:
    assert ratio_of(np.array([3.0, 1.0])) == pytest.approx(1.6)
    # Two heads with a cosine of one half, once centred: eigenvalues 1.5 and 0.5, as three to one.
    words = np.array([[1.0, 0.0], [-1.0, 0.0]])
    turned = np.array([[0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]])
    added = np.stack([words + np.array([7.0, 1.0]), 5 * turned])
    assert participation_ratio(added) == pytest.approx(1.6)


def test_the_ends_of_the_participation_ratio() -> None:
    one = normal(1, 6, 4)
    assert participation_ratio(np.concatenate([one, 3 * one + 1, -one])) == pytest.approx(1)
    apart = np.zeros((3, 4, 6))
    for head in range(3):
        apart[head, :, 2 * head] = [1.0, -1.0, 1.0, -1.0]
    assert participation_ratio(apart) == pytest.approx(3)
    still = np.concatenate([apart, np.ones((1, 4, 6))])
    assert participation_ratio(still) == pytest.approx(3)
    assert np.isnan(participation_ratio(apart[:, :1]))
    unseen = np.concatenate([apart, np.full((3, 1, 6), np.nan)], axis=1)
    assert participation_ratio(unseen) == pytest.approx(3)


def test_a_head_made_of_another_has_nothing_of_its_own() -> None:
    added = normal(5, 60, 4)
    added[0] = added[1] @ normal(4, 4, seed=1)
    shares = unique_share(added, np.arange(60) % 5)
    assert (shares[:2] < 0.01).all()
    assert (shares[2:] > 0.9).all()


def test_a_head_without_others_is_all_its_own() -> None:
    alone = normal(1, 40, 4)
    np.testing.assert_allclose(unique_share(alone, np.arange(40) % 5), [1])
    # The others add the same to every word, so that nothing can be told from them; of themselves there is nothing to
    # tell.
    still = np.concatenate([alone, np.ones((2, 40, 4))])
    np.testing.assert_allclose(unique_share(still, np.arange(40) % 5), [1, np.nan, np.nan])


def test_the_prediction_is_that_of_scikit_learn() -> None:
    """One fold held out of two, the penalty among the same ones by plain leave-one-out."""
    added, folds = normal(3, 22, 5), np.repeat([0, 1], 11)
    added[0] += added[1]
    missed = total = 0.0
    for fold in (0, 1):
        fitted, held = folds != fold, folds == fold
        centred = added - added[:, fitted].mean(axis=1, keepdims=True)
        others = np.concatenate([head / np.sqrt(np.square(head[fitted]).sum()) for head in centred[1:]], axis=1)
        x, y = others[fitted], centred[0, fitted]
        # The mean eigenvalue of the kernel is its mean diagonal.
        candidates = PENALTIES * np.square(x).sum(axis=1).mean()

        def left_out(penalty: float, x: np.ndarray = x, y: np.ndarray = y) -> float:
            errors = 0.0
            for word in range(len(x)):
                rest = np.arange(len(x)) != word
                mean_x, mean_y = x[rest].mean(axis=0), y[rest].mean(axis=0)
                fitted = KernelRidge(alpha=penalty).fit(x[rest] - mean_x, y[rest] - mean_y)
                errors += np.square(y[word] - mean_y - fitted.predict(x[[word]] - mean_x)[0]).sum()
            return errors

        best = KernelRidge(alpha=min(candidates, key=left_out)).fit(x, y)
        missed += np.square(centred[0, held] - best.predict(others[held])).sum()
        total += np.square(centred[0, held]).sum()
    assert unique_share(added, folds)[0] == pytest.approx(missed / total, rel=1e-6)


def test_too_few_words_are_no_evidence() -> None:
    assert np.isnan(unique_share(normal(3, FEWEST_WORDS - 1, 4), np.arange(FEWEST_WORDS - 1) % 2)).all()
    assert np.isnan(unique_share(normal(3, 30, 4), np.zeros(30, dtype=int))).all()
    with pytest.raises(ShapeError, match="30 words and 29 folds"):
        unchecked(untold)(normal(3, 30, 4), np.zeros(29, dtype=int))
