"""Induction and previous-token scores on patterns made by hand, and on a network whose heads are known to know
nothing.
"""

import numpy as np
import pytest
import torch

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.experiments.induction import induction_scores, repeated, scores_of
from mhattn_core.measures.induction import PERIOD, REPEATS

SIZE = 1 + PERIOD * REPEATS


def test_tokens_repeat_and_come_from_the_middle() -> None:
    ids = repeated(1000, 6, {500, 501}, seed=0)
    assert ids.shape == (6, 100)
    assert (ids.reshape(6, REPEATS, PERIOD) == ids[:, None, :PERIOD]).all()
    assert all(len(set(row)) == PERIOD for row in ids.tolist())
    assert ids.min() >= 100
    assert ids.max() < 900
    assert not np.isin(ids, [500, 501]).any()


def test_planted_heads() -> None:
    """Head 0 looks at the token before. Head 1 at what followed this token in the last round, head 2 shares that out
    over two rounds, head 3 looks at the token itself one round ago."""
    pattern = torch.zeros(2, 4, SIZE, SIZE)
    for at in range(1, SIZE):
        pattern[:, 0, at, at - 1] = 1
        pattern[:, 1, at, max(at - PERIOD + 1, 0)] = 1
        for number in (1, 2):
            pattern[:, 2, at, max(at - number * PERIOD + 1, 0)] += 0.5
        pattern[:, 3, at, max(at - PERIOD, 0)] = 1
    previous, induction = scores_of(pattern)
    assert previous.tolist() == pytest.approx([1, 1 / 100, 1 / 100, 1 / 100], abs=0.011)
    # From the second round on there are three rounds; in the first of them only one round lies behind.
    assert induction.tolist() == pytest.approx([0, 1, (0.5 + 1 + 1) / 3, 0])


def test_it_is_asked_of_causal_models_only(minilm: mh.Model) -> None:
    with pytest.raises(Problem, match="not a causal"):
        induction_scores(minilm)
