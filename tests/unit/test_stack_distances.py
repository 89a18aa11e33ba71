"""A stack's distances in the form that a pair and a run share: heads left out, and what a run's table says."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.experiments.redundancy.stack_distances import (
    StackDistances,
    corpus_distances,
    pair_distances,
    without_gaps,
)
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.measures.redundancy.samples import DRAWS

HEADS = [(0, 0), (0, 1), (2, 0)]
INDEX = pd.MultiIndex.from_tuples([("m", "encoder", *head) for head in HEADS], names=HEAD_COLUMNS)


def square(first: float, second: float, third: float) -> np.ndarray:
    """Of heads 0 and 1, of 0 and 2, of 1 and 2."""
    return np.array([[0, first, second], [first, 0, third], [second, third, 0]])


def rows() -> pd.DataFrame:
    columns = {"layer_a": [0, 0, 0], "head_a": [0, 0, 1], "layer_b": [0, 2, 2], "head_b": [1, 0, 0]}
    numbers = {
        "js": [0.04, 0.3, 0.2],
        "correlation": [0.8, 0.1, 0.3],
        "cka": [0.9, 0.25, 0.5],
        "noise": [0.02, 0.4, 0.3],
        "noise_low": [0.01, 0.35, 0.25],
        "noise_high": [0.03, 0.45, 0.35],
        "noise_cka": [0.75, 0.5, 0.125],
        "shuffled": [0.5, 0.6, 0.4],
        "shuffled_cka": [0.0, 0.25, 0.5],
    }
    return pd.DataFrame(columns | numbers).assign(model="m", stack="encoder", shared_keys=[True, False, False], n=7)


def test_the_share_that_is_done_is_told_before_every_step(minilm: mh.Model) -> None:
    told: list[float] = []
    seen = mh.attend(minilm, mh.SentencePair("The cat sits on the mat"))
    found = pair_distances(seen, "encoder", told.append)
    steps = DRAWS + len(get_args(By))
    assert told == [number / steps for number in range(steps)]
    assert list(found) == ["js", "correlation", "cka"]


def test_a_run_by_divergence() -> None:
    found = corpus_distances(rows(), "js")
    pd.testing.assert_frame_equal(found.here, pd.DataFrame(square(0.04, 0.3, 0.2), INDEX, INDEX))
    np.testing.assert_array_equal(found.noise, [square(0.02, 0.4, 0.3)])
    np.testing.assert_array_equal(found.shuffled, [square(0.5, 0.6, 0.4)])
    np.testing.assert_array_equal(found.shared, square(1, 0, 0) > 0)
    assert found.n == 7
    nearest = found.pairs().iloc[0]
    assert nearest[["layer_a", "head_a", "layer_b", "head_b"]].tolist() == [0, 0, 0, 1]
    assert nearest[["distance", "noise", "noise_low", "noise_high"]].tolist() == [0.04, 0.02, 0.01, 0.03]


def test_a_run_holds_likeness_where_a_distance_is_drawn() -> None:
    found = corpus_distances(rows(), "cka")
    np.testing.assert_allclose(found.here, square(0.1, 0.75, 0.5))
    np.testing.assert_array_equal(found.noise, [square(0.25, 0.5, 0.875)])
    np.testing.assert_array_equal(found.shuffled, [square(1, 0.75, 0.5)])
    pairs = found.pairs()
    assert (pairs["noise_low"] == pairs["noise"]).all()
    assert (pairs["noise_high"] == pairs["noise"]).all()


def test_heads_without_distances_are_left_out() -> None:
    noise = square(np.nan, 0.4, np.nan)[None]
    found = replace(corpus_distances(rows(), "js"), noise=noise)
    known = found.comparable("unknown")
    assert known.here.index.tolist() == [("m", "encoder", 0, 0), ("m", "encoder", 2, 0)]
    assert known.here.iloc[0, 1] == 0.3
    assert known.noise.tolist() == [[[0, 0.4], [0.4, 0]]]
    assert known.noise_ends.shape == (3, 2, 2)
    assert known.shuffled is not None
    assert known.shuffled[0, 0, 1] == 0.6
    assert not known.shared.any()
    with pytest.raises(Problem, match="unknown"):
        replace(found, noise=np.full((1, 3, 3), np.nan)).comparable("unknown")


def test_one_head_has_no_other_to_be_compared_with() -> None:
    one = np.zeros((1, 1, 1))
    alone = StackDistances("js", pd.DataFrame(one[0], INDEX[:1], INDEX[:1]), one, one, one[0] > 0)
    with pytest.raises(Problem, match="one head in its encoder"):
        alone.comparable("unknown")


def test_the_head_with_most_gaps_goes_first() -> None:
    unknown = np.zeros((4, 4), dtype=bool)
    unknown[2, [0, 1]] = unknown[[0, 1], 2] = True
    assert without_gaps(unknown).tolist() == [True, True, False, True]
