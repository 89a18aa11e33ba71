"""No sentence says 0.00 of what is not zero."""

import pytest

from mhattn_core.digits import digits


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.00"),
        (0.843, "0.84"),
        (12.0, "12.00"),
        (0.005, "0.01"),
        (0.00421, "0.0042"),
        (-0.00032, "-0.00032"),
        (0.00001, "<0.0001"),
        (-0.00001, ">-0.0001"),
    ],
)
def test_small_numbers_keep_two_significant_digits(value: float, written: str) -> None:
    assert digits(value) == written
