"""Probes on vectors whose answer is known."""

import numpy as np
import pytest

from mhattn_core.errors import ShapeError
from mhattn_core.measures.probing.probes import accuracies, control, halves, reduced, single_dimension, task

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


def test_no_sentence_is_on_both_sides() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    splits = list(halves(given))
    assert len({tuple(learn) for learn, _ask in splits}) == 5
    for learn, ask in splits:
        assert not set(given.sentences[learn]) & set(given.sentences[ask])
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
    assert accuracies(says, given.labels, given).min() > 0.9
    assert accuracies(silent, given.labels, given).mean() < given.majority + 0.05
    # The class is not the control's: a linear rule on one class cannot know forms by heart.
    assert accuracies(says, control(given, seed=0), given).mean() < 0.8
    with pytest.raises(ShapeError, match="3 vectors"):
        accuracies(says[:3], given.labels, given)


def test_the_telling_dimension_is_found_alone() -> None:
    given = task(LABELS, TYPES, SENTENCES)
    assert given is not None
    vectors = RNG.normal(size=(600, 4))
    vectors[:, 3] = np.where(given.labels == "VERB", 2, -2) + 0.5 * RNG.normal(size=600)
    dimension, alone = single_dimension(vectors, given)
    assert dimension == 3
    assert alone.min() > 0.97
    # A single dimension may tell by its spread.
    vectors[:, 3] = RNG.normal(size=600) * np.where(given.labels == "VERB", 5, 0.2)
    dimension, alone = single_dimension(vectors, given)
    assert dimension == 3
    assert alone.mean() > 0.85


def test_random_directions_are_the_same_each_time_and_lose_what_does_not_fit() -> None:
    vectors = RNG.normal(size=(10, 7))
    assert reduced(vectors, 3).shape == (10, 3)
    np.testing.assert_array_equal(reduced(vectors, 3), reduced(vectors, 3))
    assert np.linalg.matrix_rank(reduced(vectors, 3)) == 3
