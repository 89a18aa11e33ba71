"""Random words: as many, whole, the same each time; and what is said about pairs of heads."""

import numpy as np
import pandas as pd
import pytest
from loaded import loaded

import mhattn_core as mh
from mhattn_core.experiments.redundancy.heads import heads_of
from mhattn_core.experiments.redundancy.noise import noise_distances, noise_pairs
from mhattn_core.measures.redundancy.head_distances import distances
from mhattn_core.measures.redundancy.redundant import head_pairs
from mhattn_core.text.words import HAN_STRETCH


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("minilm", mh.SentencePair("The cat climbed into the basket.", "It was tired.")),
        ("marian-en-zh", mh.SentencePair("The cat is sleeping.", "猫在睡觉。")),
        ("marian-zh-en", mh.SentencePair("猫在垫子上睡觉。", "The cat is sleeping on the mat.")),
    ],
)
def test_random_words_stand_on_the_same_grid(name: str, pair: mh.SentencePair) -> None:
    seen = mh.attend(loaded(name), pair)
    drawn = noise_pairs(seen, 2)
    assert drawn == noise_pairs(seen, 2)
    assert drawn[0] != drawn[1]
    for noise in drawn:
        there = mh.attend(seen.model, noise)
        for stack in seen.stacks:
            assert there.words(stack).pattern.shape == seen.words(stack).pattern.shape
            assert there.unknown_share(stack) == 0
        assert bool(HAN_STRETCH.search(noise.source)) == (name == "marian-zh-en")
        assert not set(noise.a.words) & set(seen.sentences["a"].words)


def test_a_distance_for_each_draw(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("The cat sits on the mat"))
    noise = [mh.attend(minilm, pair) for pair in noise_pairs(seen, 2)]
    found = noise_distances(noise, "encoder")
    assert found.shape == (2, 72, 72)
    one, other = heads_of(noise[1], "encoder").arrays[[3, 40]]
    assert found[1, 3, 40] == pytest.approx(found[1, 40, 3])
    assert found[1, 3, 40] > 0
    assert not np.allclose(one, other)


def test_pairs_are_read_by_hand() -> None:
    index = pd.MultiIndex.from_tuples(
        [("m", "encoder", layer, head) for layer, head in [(0, 0), (0, 1), (2, 0)]],
        names=["model", "stack", "layer", "head"],
    )
    here = pd.DataFrame([[0, 0.04, 0.3], [0.04, 0, 0.2], [0.3, 0.2, 0]], index, index)
    noise = np.array([[[0, 0.01, 0.3], [0.01, 0, 0.1], [0.3, 0.1, 0]], [[0, 0.03, 0.4], [0.03, 0, 0.2], [0.4, 0.2, 0]]])
    found = head_pairs(here, noise, by="js")
    assert found[["layer_a", "head_a", "layer_b", "head_b"]].to_numpy().tolist() == [
        [0, 0, 0, 1],
        [0, 1, 2, 0],
        [0, 0, 2, 0],
    ]
    np.testing.assert_allclose(found["noise"], [0.02, 0.15, 0.35])
    np.testing.assert_allclose(found[["noise_low", "noise_high"]], [[0.01, 0.03], [0.1, 0.2], [0.3, 0.4]])
    assert found["redundant"].tolist() == [True, False, False]
    assert found["on_noise"].tolist() == [True, True, False]


def test_random_weights_are_as_alike_on_noise() -> None:
    twin = loaded("minilm@random")
    seen = mh.attend(twin, mh.SentencePair("The keys that the old man lost are on the table."))
    noise = [mh.attend(twin, pair) for pair in noise_pairs(seen)]
    found = head_pairs(distances(heads_of(seen, "encoder")), noise_distances(noise, "encoder"), by="js")
    assert found["redundant"].all()
    assert found["on_noise"].all()
