"""Names of random controls."""

from mhattn_core.models.control_names import trained_first


def test_the_first_of_many_names_hold_as_many_models_as_they_can() -> None:
    names = ["b", "b@random", "b@shuffled", "a", "a@shuffled", "a@random"]
    assert trained_first(names) == ["b", "a", "b@random", "a@random", "b@shuffled", "a@shuffled"]
