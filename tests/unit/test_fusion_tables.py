"""Tables of what heads add, from vectors that are known."""

import numpy as np
import pytest
import torch

from mhattn_core.measures.fusion.directions import FEWEST_WORDS, participation_ratio, unique_share, untold
from mhattn_core.measures.fusion.tables import HEADS, LAYERS, fusion_tables
from mhattn_core.measures.statistics import fold
from mhattn_core.measures.word_outputs import WordOutputs

RNG = np.random.default_rng(3)
WORDS, HEADS_OF_A_LAYER, DIMENSION, MODEL = 120, 3, 2, 5
KEYS = [f"text {number}" for number in range(WORDS)]


def found() -> WordOutputs:
    """Two layers; in the second, head 1 is the opposite of half of head 0, and head 2 has nothing to do with either."""
    outputs = RNG.normal(size=(2 * HEADS_OF_A_LAYER, WORDS, DIMENSION)).astype(np.float32)
    projections = RNG.normal(size=(2, HEADS_OF_A_LAYER, DIMENSION, MODEL)).astype(np.float32)
    outputs[4], projections[1, 1] = -0.5 * outputs[3], projections[1, 0]
    words = np.zeros((WORDS, 2), dtype=int)
    return WordOutputs(
        torch.tensor(outputs), np.arange(WORDS), words, tuple(torch.tensor(part) for part in projections), (0, 1)
    )


def test_lengths_shares_and_what_is_told_by_others() -> None:
    given = found()
    heads, layers = fusion_tables("m", "encoder", given, KEYS)
    assert list(heads) == list(HEADS)
    assert list(layers) == list(LAYERS)
    assert len(heads) == 2 * 3 * HEADS_OF_A_LAYER
    assert (heads["n"] == WORDS).all()
    assert (heads["low"] <= heads["value"]).all()
    assert (heads["value"] <= heads["high"]).all()
    added = given.written().numpy().reshape(2, HEADS_OF_A_LAYER, WORDS, MODEL)
    value = heads.set_index(["measure", "layer", "head"])["value"].sort_index()
    assert value[("length", 0, 2)] == pytest.approx(np.linalg.norm(added[0, 2], axis=-1).mean(), rel=1e-5)
    total = added.sum(axis=1)
    assert value[("share", 0, 1)] == pytest.approx((added[0, 1] * total[0]).sum() / np.square(total[0]).sum(), rel=1e-4)
    assert value["share"].groupby(level="layer").sum().tolist() == pytest.approx([1, 1])
    # Head 1 takes back half of what head 0 adds, and one tells the other.
    assert value[("length", 1, 1)] == pytest.approx(value[("length", 1, 0)] / 2, rel=1e-5)
    assert max(value[("unique_share", 1, 0)], value[("unique_share", 1, 1)]) < 0.01
    assert value[("unique_share", 1, 2)] > 0.9
    np.testing.assert_allclose(
        value[("unique_share", 0)], unique_share(added[0], np.array([fold(key) for key in KEYS]) % 5), rtol=1e-6
    )


def test_directions_of_a_layer() -> None:
    given = found()
    _heads, layers = fusion_tables("m", "encoder", given, KEYS)
    added = given.written().numpy().reshape(2, HEADS_OF_A_LAYER, WORDS, MODEL)
    assert layers["value"].tolist() == pytest.approx([participation_ratio(one) for one in added])
    # Heads 0 and 1 are one direction, head 2 another: eigenvalues 2 and 1.
    assert layers["value"][1] == pytest.approx(9 / 5, abs=0.05)
    assert (layers["low"] < layers["value"]).all()
    assert (layers["value"] < layers["high"]).all()


def test_untold_counts_each_word_once_and_nothing_of_few_words() -> None:
    added = RNG.normal(size=(2, FEWEST_WORDS, 4))
    sums = untold(added, np.arange(FEWEST_WORDS) % 4)
    assert sums.shape == (FEWEST_WORDS, 2, 2)
    assert (sums[..., 1] > 0).all()
    assert not untold(added[:, 1:], np.arange(FEWEST_WORDS - 1)).any()
