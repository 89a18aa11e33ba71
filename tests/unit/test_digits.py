"""No sentence says 0.00 of what is not zero, and all write one minus."""

import pytest

from mhattn_core.digits import digits, signed_digits, with_minus


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.00"),
        (0.843, "0.84"),
        (12.0, "12.00"),
        (-12.0, "−12.00"),
        (0.005, "0.01"),
        (0.00421, "0.0042"),
        (-0.00032, "−0.00032"),
        (0.00001, "<0.0001"),
        (-0.00001, ">−0.0001"),
    ],
)
def test_small_numbers_keep_two_significant_digits(value: float, written: str) -> None:
    assert digits(value) == written


def test_numbers_below_0_have_the_minus_of_the_charts() -> None:
    assert signed_digits(-0.25) == "−0.250"
    assert signed_digits(-0.0000264) == "−0.000026"
    assert with_minus("-3 points [-12, 4] (-0.5), **smollm2** -0.12") == "−3 points [−12, 4] (−0.5), **smollm2** −0.12"
    assert with_minus("最好的固定偏移（-2），-1") == "最好的固定偏移（−2），−1"
    for other in ("all-MiniLM-L6-v2", "2026-01-31", "- 3 heads", "L0-5", "“-5”", "examples-60", "1e-05"):
        assert with_minus(other) == other
