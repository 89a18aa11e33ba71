"""Which words, head and models are shown before anybody chooses."""

import numpy as np

from mhattn_core.arrays.word_grid import WordAxis
from mhattn_core.attention.units import Units
from mhattn_core.findings.head_internals.opened import first_words, strongest_head
from mhattn_core.findings.heads.difference import usual_two, with_counterparts
from mhattn_core.models.readers import in_place_of, reads


def units(count: int) -> Units:
    """One special token, then words, each of one piece."""
    names = tuple(f"w{place}" for place in range(count))
    axis = WordAxis(names, ("", *["a"] * (count - 1)), np.eye(count), np.zeros(count))
    return Units(axis, ("s0", *(str(place) for place in range(count - 1))))


def weights() -> np.ndarray:
    """Two layers of three heads on four queries and five keys: most on the special token, then on a neighbour, then by
    head 2 of layer 1 from query 1 on key 4.
    """
    made = np.zeros((2, 3, 4, 5))
    made[0, 0, 1, 0], made[0, 1, 1, 2], made[1, 2, 1, 4] = 0.9, 0.8, 0.7
    return made


def test_words_are_those_that_a_head_ties_most_and_that_are_no_neighbours() -> None:
    assert first_words(weights(), units(4), units(5), "encoder", "") == ("0", "3")
    # Two sentences have no neighbours.
    assert first_words(weights(), units(4), units(5), "cross", "") == ("0", "1")


def test_the_note_speaks_of_a_pair_which_a_causal_model_sees_from_behind() -> None:
    sees_nothing_later = np.full((1, 2, 5, 5), np.nan)
    sees_nothing_later[..., *np.tril_indices(5)] = 0.2
    first = first_words(np.full((1, 2, 5, 5), 0.2), units(5), units(5), "encoder", "cat-mat")
    assert first_words(sees_nothing_later, units(5), units(5), "decoder", "cat-mat") == first[::-1]


def test_the_strongest_head_is_told_by_layer_and_head() -> None:
    assert strongest_head(weights(), 1, 4) == (1, 2)
    assert strongest_head(np.where(weights() == 0, np.nan, weights()), 1, 2) == (0, 1)


def test_two_models_of_one_shape_are_compared_and_a_control_stands_first() -> None:
    assert usual_two({"a": 6, "b": 5, "c": 6}) == ("a", "c")
    assert usual_two({"a": 6, "a@random": 6}) == ("a@random", "a")
    assert usual_two({"a": 6, "b": 5}) == ("a@random", "a")
    assert usual_two({"a@shuffled": 6}) == ("a@shuffled", "a")
    assert with_counterparts(["b@random", "a"]) == ["b@random", "a", "b", "b@shuffled", "a@random", "a@shuffled"]


def test_a_translator_gives_way_to_a_translator_and_a_control_to_a_control() -> None:
    translators = in_place_of("marian-en-zh", "猫")
    assert "marian-zh-en" in translators
    assert {reads(name) for name in translators} == {"zh"}
    assert in_place_of("minilm", "猫").keys() > translators.keys()
    controls = in_place_of("minilm@random", "猫")
    assert controls
    assert all(name.endswith("@random") for name in controls)
    assert {name.removesuffix("@random") for name in controls} == set(in_place_of("minilm", "猫"))
    assert in_place_of("minilm", "кот") == {}
