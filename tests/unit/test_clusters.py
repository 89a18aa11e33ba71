"""Trees, groups and maps of heads: by hand, and against scikit-learn."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.manifold import ClassicalMDS
from sklearn.metrics import silhouette_score

import mhattn_core as mh
from mhattn_core.errors import ShapeError
from mhattn_core.experiments.redundancy.heads import heads_of
from mhattn_core.measures.redundancy.clusters import (
    best_cut,
    group_stability,
    groups,
    in_two_dimensions,
    shuffled,
    tree,
)
from mhattn_core.measures.redundancy.distances import js_distances
from mhattn_core.measures.redundancy.head_distances import Heads, distances

# Two tight pairs and one head that is far from all.
FIVE = np.array([[0, 1, 6, 6, 9], [1, 0, 6, 6, 9], [6, 6, 0, 2, 9], [6, 6, 2, 0, 9], [9, 9, 9, 9, 0]], dtype=float)[
    [0, 2, 4, 1, 3]
][:, [0, 2, 4, 1, 3]]


def random_square(heads: int, seed: int = 0) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(heads, 6))
    return np.linalg.norm(points[:, None] - points, axis=-1)


def test_near_heads_stand_side_by_side() -> None:
    order = tree(FIVE).order.tolist()
    assert abs(order.index(0) - order.index(3)) == 1
    assert abs(order.index(1) - order.index(4)) == 1
    groups = tree(FIVE).cut(3)
    assert groups[0] == groups[3] != groups[1] == groups[4]
    assert len(set(groups)) == 3


def test_the_trees_branches_and_the_line_across() -> None:
    joined = tree(FIVE)
    branches = joined.branches()
    assert sorted(branches.groupby("join")["height"].max()) == [1, 2, 6, 9]
    assert branches["place"].between(0, 4).all()
    assert joined.height(3) == 4  # between the joins at 2 and at 6
    assert joined.height(2) == 7.5


def test_as_many_groups_as_there_are() -> None:
    centres = np.random.default_rng(1).normal(size=(4, 3)) * 20
    points = np.concatenate([centre + np.random.default_rng(2).normal(size=(6, 3)) for centre in centres])
    square = np.linalg.norm(points[:, None] - points, axis=-1)
    count, value = best_cut(square)
    assert count == 4
    assert value > 0.7
    found = groups(square, random_square(24)[None], square[None])
    assert found.exist
    assert not found.of_language  # the second null does as well


@pytest.mark.parametrize("seed", range(6))
def test_the_best_cut_has_the_largest_silhouette_of_scikit_learn(seed: int) -> None:
    # Of whole numbers many distances are equal, and some heads lie in one place.
    points = np.random.default_rng(seed).integers(0, 4, (23, 2)) if seed % 2 else None
    square = random_square(23, seed) if points is None else np.linalg.norm(points[:, None] - points, axis=-1)
    joined, oracle = tree(square), {}
    for groups_ in range(2, 21):
        labels = joined.cut(groups_)
        oracle[int(labels.max())] = silhouette_score(square, labels, metric="precomputed")
    count, value = best_cut(square)
    assert value == pytest.approx(max(oracle.values()), abs=1e-12)
    assert oracle[count] == pytest.approx(value, abs=1e-12)


def test_heads_without_groups_have_none() -> None:
    null = np.stack([random_square(24, seed) for seed in range(1, 20)])
    assert not groups(random_square(24), null, null).exist


NOTHING = np.empty((0, 1, 1))


def on_a_line(generator: np.random.Generator) -> np.ndarray:
    """Distances of 72 heads at random places on one line."""
    places = generator.uniform(size=72)
    return np.abs(places[:, None] - places)


def moving_windows(generator: np.random.Generator) -> np.ndarray:
    """JS divergence of 72 heads whose attention peaks anywhere along 14 words: a line again, but a curved one."""
    peaks = generator.uniform(0, 10, 72)
    patterns = np.exp(-np.square(np.arange(14) - peaks[:, None]) / 2)[:, None]
    return js_distances(patterns)


def a_cloud(generator: np.random.Generator) -> np.ndarray:
    points = generator.normal(size=(72, 6))
    return np.linalg.norm(points[:, None] - points, axis=-1)


@pytest.mark.parametrize("draw", [on_a_line, moving_windows, a_cloud])
def test_heads_without_a_gap_are_called_groups_in_5_percent_at_most(draw: Callable[..., np.ndarray]) -> None:
    called = [groups(draw(np.random.default_rng(seed)), NOTHING, NOTHING).exist for seed in range(100)]
    assert np.mean(called) <= 0.05


@pytest.mark.parametrize(("count", "fewest"), [(2, 1.0), (4, 1.0), (6, 0.9)])
def test_planted_groups_are_found_and_as_many_as_there_are(count: int, fewest: float) -> None:
    exist, right = [], []
    for seed in range(20):
        generator = np.random.default_rng(seed)
        centres = generator.normal(size=(count, 6)) * 8
        points = centres[np.arange(72) % count] + generator.normal(size=(72, 6))
        found = groups(np.linalg.norm(points[:, None] - points, axis=-1), NOTHING, NOTHING)
        exist.append(found.exist)
        right.append(found.count == count)
    assert np.mean(exist) >= fewest
    assert np.mean(right) >= 0.8


def test_a_group_that_hangs_on_single_heads_is_less_stable() -> None:
    generator = np.random.default_rng(0)
    tight = np.concatenate([generator.normal(size=(15, 2)), generator.normal(size=(15, 2)) + 30])
    square = np.linalg.norm(tight[:, None] - tight, axis=-1)
    np.testing.assert_allclose(group_stability(square, 2), 1)
    assert group_stability(square, 6).min() < 0.75
    assert group_stability(square, 1).tolist() == [1]


def test_shuffled_words_keep_what_is_alike_whatever_word_attends() -> None:
    index = pd.MultiIndex.from_product([["m"], ["encoder"], [0], range(3)], names=["model", "stack", "layer", "head"])
    column = np.tile([0.1, 0.7, 0.2], (4, 1))
    diagonal = np.eye(4, 3) * 0.8 + 0.05
    heads = Heads(index, np.stack([column, column, diagonal]), np.ones((4, 3), dtype=bool))
    mixed = shuffled(heads, by="js", seed=0)
    assert distances(mixed).iloc[0, 1] == pytest.approx(0)
    for before, after in zip(heads.arrays, mixed.arrays, strict=True):
        assert sorted(map(tuple, before)) == sorted(map(tuple, after))
    assert not np.array_equal(heads.arrays[2], mixed.arrays[2])


def test_shuffled_grams_are_those_of_shuffled_words(minilm: mh.Model) -> None:
    heads = heads_of(mh.attend(minilm, mh.SentencePair("The cat sits on the mat")), "encoder", by="cka")
    mixed = shuffled(heads, by="cka", seed=0)
    for before, after in zip(heads.arrays[:5], mixed.arrays[:5], strict=True):
        np.testing.assert_allclose(after, after.T)
        np.testing.assert_allclose(np.linalg.eigvalsh(before), np.linalg.eigvalsh(after), atol=1e-6)


def test_the_map_is_classical_scaling_of_the_root() -> None:
    square = random_square(9) ** 2
    points, share = in_two_dimensions(square)
    oracle = ClassicalMDS(n_components=2, metric="precomputed").fit(np.sqrt(square)).embedding_
    np.testing.assert_allclose(np.abs(points), np.abs(oracle), atol=1e-8)
    assert 0 < share < 1


def test_what_lies_in_a_plane_is_drawn_as_it_is() -> None:
    plane = np.array([[0.0, 0], [3, 0], [0, 4], [3, 4], [7, 1]])
    square = ((plane[:, None] - plane) ** 2).sum(axis=-1)
    points, share = in_two_dimensions(square)
    np.testing.assert_allclose(((points[:, None] - points) ** 2).sum(axis=-1), square, atol=1e-9)
    assert share == pytest.approx(1)
    assert (points[np.abs(points).argmax(axis=0), [0, 1]] > 0).all()


@pytest.mark.parametrize("heads", [1, 2])
def test_too_few_heads_for_groups(heads: int) -> None:
    joined = tree(random_square(heads))
    assert joined.order.tolist() == list(range(heads))
    assert joined.cut(1).tolist() == [1] * heads
    count, silhouette = best_cut(random_square(heads))
    assert count == 1
    assert np.isnan(silhouette)


def test_unknown_distances_are_refused() -> None:
    square = FIVE.copy()
    square[0, 1] = square[1, 0] = np.nan
    with pytest.raises(ShapeError):
        tree(square)
    with pytest.raises(ShapeError):
        in_two_dimensions(square)
    with pytest.raises(ShapeError):
        in_two_dimensions(FIVE[:2, :2])
