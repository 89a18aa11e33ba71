"""The dip of a sample: by hand, and as often significant as it may be."""

import numpy as np
import pytest

from mhattn_core.measures.redundancy.modality import _hull, dip, unimodal_p

GENERATOR = np.random.default_rng(0)


def test_two_points_are_as_far_from_one_mode_as_can_be() -> None:
    assert dip(np.repeat([0.0, 1.0], 50)) == pytest.approx(0.25)
    assert dip(np.repeat([0.0, 1.0], [40, 60])) == pytest.approx(0.2)


def test_even_steps_have_the_least_dip_and_equal_values_none() -> None:
    assert dip(np.arange(10.0)) == pytest.approx(1 / 20)
    assert dip(np.full(7, 3.0)) == 0


def test_a_gap_by_hand() -> None:
    # The line that is nearest runs through the gap: it must leave three points below and three above by half a step and
    # what the gap takes of the whole, (0.5 − 0.1 / 2.2) / 2 … so a wider gap has a larger dip, up to a quarter.
    dips = [dip(np.concatenate([np.arange(3) / 10, gap + np.arange(3) / 10])) for gap in (0.3, 1, 10, 1000)]
    assert dips[0] == pytest.approx(1 / 12)
    assert dips == sorted(dips)
    assert dips[-1] < 0.25


def test_the_hull_is_the_lowest_of_all_chords() -> None:
    x = np.sort(GENERATOR.integers(0, 12, 30)).astype(float)
    y = GENERATOR.normal(size=30)
    # From below: at every place the least that any two points have between them.
    left, right = (axis.ravel() for axis in np.meshgrid(np.arange(30), np.arange(30), indexing="ij"))
    spans = x[left] < x[right]
    left, right = left[spans], right[spans]
    share = (x[:, None] - x[left]) / (x[right] - x[left])
    chords = np.where((share >= 0) & (share <= 1), y[left] + share * (y[right] - y[left]), np.inf).min(axis=1)
    corners = _hull(x, y)
    np.testing.assert_allclose(np.interp(x, x[corners], y[corners]), chords)


def test_neither_order_nor_scale_counts() -> None:
    values = GENERATOR.gamma(2, size=57)
    assert dip(values) == pytest.approx(dip(3 - 2 * values))


@pytest.mark.parametrize("size", [40, 150])
def test_samples_of_one_mode_are_rejected_in_5_percent_at_most_and_two_modes_are_seen(size: int) -> None:
    draws = 100
    rejected = [unimodal_p(GENERATOR.uniform(size=size)) <= 0.05 for _draw in range(draws)]
    assert np.mean(rejected) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / draws)
    assert not any(unimodal_p(GENERATOR.normal(size=size)) <= 0.01 for _draw in range(20))
    assert unimodal_p(np.concatenate([GENERATOR.normal(size=size), GENERATOR.normal(6, size=size)])) <= 0.05
