"""Heads that vote for a word."""

import numpy as np
import pytest
from unchecked import unchecked

from mhattn_core.errors import ShapeError
from mhattn_core.measures.votes import votes

WORDS = ["fox", "jumps", "dog"]


def pattern() -> np.ndarray:
    """Two layers of three heads; only the row of *jumps* matters."""
    rows = np.array(
        [[[0.6, 0.3, 0.1], [0.2, 0.0, 0.7], [0.0, 0.9, 0.0]], [[0.4, 0.2, 0.4], [0.1, 0.8, 0.1], [0.5, 0.5, 0.0]]]
    )
    full = np.full((2, 3, 3, 3), 9.0)
    full[:, :, 1] = rows
    return full


def test_majority_and_weight_are_told_apart() -> None:
    table = votes(pattern(), WORDS, query=1, counted=np.ones((2, 3), dtype=bool))
    assert table["word"].tolist() == ["fox", "dog"]
    assert table["position"].tolist() == [0, 2]
    # Of six heads four choose fox (two of them by a tie that goes to the first), one dog, one abstains.
    assert table["votes"].tolist() == pytest.approx([4 / 6, 1 / 6])
    assert table["weight"].tolist() == pytest.approx([1.8 / 6, 1.3 / 6])


def test_only_counted_heads_vote() -> None:
    counted = np.array([[False, True, False], [False, True, False]])
    table = votes(pattern(), WORDS, query=1, counted=counted)
    assert table["votes"].tolist() == [0.5, 0.5]
    assert table["weight"].tolist() == pytest.approx([0.15, 0.4])
    nobody = votes(pattern(), WORDS, query=1, counted=np.zeros((2, 3), dtype=bool))
    assert nobody[["votes", "weight"]].isna().all(axis=None)


def test_shapes_that_disagree_are_refused() -> None:
    with pytest.raises(ShapeError):
        votes(pattern(), WORDS[:2], query=1, counted=np.ones((2, 3), dtype=bool))
    with pytest.raises(ShapeError):
        unchecked(votes)(pattern(), WORDS, query=1, counted=np.ones((3, 2), dtype=bool))
