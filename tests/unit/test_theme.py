"""Colours of models."""

from itertools import combinations

from mhattn_core.charts.theme import model_colour, model_colours


def test_two_models_of_one_colour_are_told_apart_in_one_chart() -> None:
    names = [f"org/model-{number}" for number in range(20)]
    alike = [(a, b) for a, b in combinations(names, 2) if model_colour(a) == model_colour(b)]
    assert alike
    for a, b in alike:
        first, second = model_colours([a, b])
        assert first == model_colour(a)
        assert second != first
    assert len(set(model_colours(names[:12]))) == 12


def test_known_models_keep_their_colours_and_controls_are_grey() -> None:
    names = ["minilm", "smollm2", "minilm@random", "smollm2@random"]
    assert model_colours(names) == [model_colour(name) for name in names]
