"""Probes on vectors whose answer is known."""

import numpy as np
import pytest
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.probing.probes import (
    DRAWS,
    SPLITS,
    by_heart,
    control,
    guessed,
    placed,
    probed,
    reduced,
    single_dimensions,
    splits,
    task,
)

RNG = np.random.default_rng(0)
FORMS = [f"w{number}" for number in range(60)]
TYPES = [FORMS[number] for number in RNG.integers(0, 60, 600)]
SENTENCES = [number // 5 for number in range(600)]
# Every form has one class; a third of the forms are verbs.
LABELS = ["VERB" if int(form[1:]) % 3 == 0 else "NOUN" for form in TYPES]


def test_rare_classes_and_words_without_one_are_left_out() -> None:
    labels = ["A"] * 30 + ["B"] * 25 + ["C"] * 19 + [""] * 40
    given = task(labels, ["x"] * 114, list(range(114)))
    assert given is not None
    assert set(given.labels) == {"A", "B"}
    np.testing.assert_array_equal(given.words, np.arange(55))
    assert given.majority == pytest.approx(30 / 55)
    assert task(["A"] * 50 + ["B"] * 19, ["x"] * 69, list(range(69))) is None


def test_each_word_is_asked_once_and_no_text_is_on_both_sides() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    found = list(splits(given))
    assert len(found) == SPLITS
    np.testing.assert_array_equal(np.sort(np.concatenate([ask for _learn, ask in found])), np.arange(600))
    for learn, ask in found:
        assert not set(given.texts[learn]) & set(given.texts[ask])
        assert len(learn) + len(ask) == 600


def test_a_control_label_belongs_to_a_form() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    drawn = control(given, seed=0)
    assert all(len(set(drawn[given.types == form])) == 1 for form in given.types)
    assert set(drawn) == {"NOUN", "VERB"}
    assert (drawn != given.labels).any()
    np.testing.assert_array_equal(drawn, control(given, seed=0))


def test_what_a_vector_says_is_found_and_what_it_does_not_say_is_not() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    says = RNG.normal(size=(600, 4))
    says[:, 2] += 4 * (given.labels == "VERB")
    silent = RNG.normal(size=(600, 4))
    assert probed(says, given.labels, given).mean() > 0.9
    assert probed(silent, given.labels, given).mean() < given.majority + 0.05
    # The class is not the control's: a linear rule on one class cannot know forms by heart.
    assert probed(says, control(given, seed=0), given).mean() < 0.8
    with pytest.raises(ShapeError, match="3 vectors"):
        unchecked(probed)(says[:3], given.labels, given)


def test_by_heart_is_the_mean_of_draws_that_belong_to_one_seed() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    # Each form has a dimension of its own, so that a linear rule can know them all by heart.
    features = np.eye(60)[[int(form[1:]) for form in given.types]]
    found = by_heart(features, given, seed=4)
    expected = np.mean(
        [probed(features, control(given, seed=4 * DRAWS + draw), given) for draw in range(DRAWS)], axis=0
    )
    np.testing.assert_array_equal(found, expected)
    assert found.mean() > 0.95
    silent = np.zeros((600, 1))
    assert by_heart(silent, given, seed=4).mean() != by_heart(silent, given, seed=5).mean()


def test_what_place_tells_is_found_without_any_vector() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    behind = np.where(given.labels == "VERB", 0, RNG.integers(1, 40, 600))
    places = np.stack([RNG.integers(0, 40, 600), behind], axis=1)
    assert probed(placed(places), given.labels, given).all()
    assert probed(placed(places[:, ::-1]), given.labels, given).all()
    # Far from either end, one place is as good as another.
    np.testing.assert_array_equal(placed(np.array([[11, 0]])), placed(np.array([[30, 0]])))
    assert (placed(np.array([[10, 0]])) != placed(np.array([[11, 0]]))).any()
    silent = RNG.integers(0, 40, (600, 2))
    assert probed(placed(silent), given.labels, given).mean() < given.majority + 0.05


def test_a_control_of_one_label_is_answered_with_it() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    assert probed(np.zeros((600, 2)), np.full(600, "NOUN"), given).all()


def test_the_telling_dimension_is_found_alone() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    vectors = RNG.normal(size=(600, 4))
    vectors[:, 3] = np.where(given.labels == "VERB", 2, -2) + 0.5 * RNG.normal(size=600)
    found = single_dimensions(vectors, given)
    assert found.best == 3
    assert found.chosen.mean() > 0.97
    assert found.first.mean() < given.majority + 0.05
    # One of four dimensions tells all, the others what the most frequent answer does.
    assert found.mean.mean() == pytest.approx((1 + 3 * given.majority) / 4, abs=0.04)
    # A single dimension may tell by its spread.
    vectors[:, 3] = RNG.normal(size=600) * np.where(given.labels == "VERB", 5, 0.2)
    found = single_dimensions(vectors, given)
    assert found.best == 3
    assert found.chosen.mean() > 0.85


def test_a_guess_from_another_label_is_the_usual_answer_there() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    assert guessed(given.labels, given).all()
    assert guessed(np.full(600, "same"), given).mean() == pytest.approx(given.majority)
    # What was never met when learning is answered with the most frequent label of all.
    each_its_own = np.array([f"{number}" for number in given.texts])
    assert guessed(each_its_own, given).mean() == pytest.approx(given.majority)


def test_random_directions_are_the_same_each_time_and_lose_what_does_not_fit() -> None:
    vectors = RNG.normal(size=(10, 7))
    assert reduced(vectors, 3).shape == (10, 3)
    np.testing.assert_array_equal(reduced(vectors, 3), reduced(vectors, 3))
    assert np.linalg.matrix_rank(reduced(vectors, 3)) == 3
