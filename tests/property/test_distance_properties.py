"""What holds of distances between heads whatever the patterns are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mhattn_core.measures.redundancy.cka import debiased_cka
from mhattn_core.measures.redundancy.clusters import in_two_dimensions, tree
from mhattn_core.measures.redundancy.distances import js_distances


def patterns(heads: int) -> st.SearchStrategy[np.ndarray]:
    """``[head, 3, 5]``, each row summing to at most 1; rows may be empty but for their first cell."""
    return arrays(np.float64, (heads, 3, 5), elements=st.floats(0, 1)).map(
        lambda found: (found + np.eye(1, 5) * 1e-3) / 6
    )


@given(patterns(4), st.permutations(range(4)))
def test_js_is_bounded_symmetric_and_follows_its_heads(found: np.ndarray, order: list[int]) -> None:
    square = js_distances(found)
    np.testing.assert_allclose(square, square.T)
    assert (square >= 0).all()
    assert (square <= np.log(2) + 1e-12).all()
    np.testing.assert_allclose(js_distances(found[order]), square[order][:, order], atol=1e-12)
    np.testing.assert_allclose(square.diagonal(), 0, atol=1e-12)
    np.testing.assert_allclose(square, js_distances(found, found), atol=1e-12)


@given(patterns(4))
def test_the_root_of_js_keeps_the_triangle(found: np.ndarray) -> None:
    root = np.sqrt(js_distances(found))
    assert (root[:, None, :] <= root[:, :, None] + root[None] + 1e-7).all()


@given(patterns(3), st.permutations(range(5)), st.permutations(range(3)))
def test_the_order_of_words_does_not_matter(found: np.ndarray, columns: list[int], rows: list[int]) -> None:
    np.testing.assert_allclose(js_distances(found[:, rows][:, :, columns]), js_distances(found), atol=1e-12)


@given(arrays(np.float64, (3, 8, 4), elements=st.floats(-5, 5)), st.permutations(range(8)))
def test_cka_does_not_mind_the_order_of_words(features: np.ndarray, order: list[int]) -> None:
    features = features + np.random.default_rng(0).normal(size=features.shape)
    found = debiased_cka(features)
    np.testing.assert_allclose(found, found.T, atol=1e-9)
    np.testing.assert_allclose(debiased_cka(features[:, order]), found, atol=1e-9)
    assert (found <= 1 + 1e-9).all()


@given(patterns(6))
def test_a_tree_and_a_map_hold_every_head_once(found: np.ndarray) -> None:
    square = js_distances(found)
    np.fill_diagonal(square, 0)
    assert sorted(tree(square).order.tolist()) == list(range(6))
    points, share = in_two_dimensions(square)
    assert points.shape == (6, 2)
    assert 0 <= share <= 1
