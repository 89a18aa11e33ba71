"""Intervals from leaving one fold out, by hand; and the part of a corpus that is drawn by its texts."""

import numpy as np
import pytest
from scipy.stats import sem, t

from mhattn_core.measures.jackknife import jackknife, jackknifed_quotient
from mhattn_core.measures.sample import chosen, sampled


def test_of_a_mean_it_is_students_interval() -> None:
    values = np.array([1.0, 4, 2, 8, 5])
    left_out = (values.sum() - values) / 4
    low, high = jackknife(np.array(values.mean()), left_out)
    half = t.ppf(0.975, 4) * sem(values)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half))


def test_a_quotient_of_sums_leaves_empty_folds_out_of_account() -> None:
    sums = np.zeros((20, 2, 2))
    sums[[3, 7, 11], 0] = [[2.0, 4], [9, 6], [1, 2]]
    value, low, high = jackknifed_quotient(sums)
    assert value[0] == pytest.approx(1.0)
    low_by_hand, high_by_hand = jackknife(np.array(1.0), np.array([10 / 8, 3 / 6, 11 / 10]))
    assert (low[0], high[0]) == pytest.approx((float(low_by_hand), float(high_by_hand)))
    assert np.isnan(value[1])
    only_one = np.zeros((20, 1, 2))
    only_one[5] = [3, 4]
    value, low, high = jackknifed_quotient(only_one)
    assert value[0] == 0.75
    assert np.isnan([low[0], high[0]]).all()


def test_a_sample_hangs_on_the_texts_and_not_on_their_order() -> None:
    texts = [f"sentence {number}" for number in range(50)]
    drawn = sampled(texts, 8)
    assert len(drawn) == len(set(drawn.tolist())) == 8
    shuffled = np.random.default_rng(0).permutation(50)
    assert [texts[shuffled[place]] for place in sampled([texts[number] for number in shuffled], 8)] == [
        texts[place] for place in drawn
    ]
    assert set(sampled(texts, 5)) <= set(drawn)
    assert sampled(["b", "a", "b"], 9).tolist() in ([0, 1], [1, 0])
    assert sorted({chosen(text, 3) for text in texts}) == [0, 1, 2]
