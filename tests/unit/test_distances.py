"""Distances between heads: golden values, SciPy, a plain double loop, and what happens to rows that do not count."""

from itertools import product

import numpy as np
import pytest
import torch
from loaded import loaded
from scipy.spatial.distance import jensenshannon
from unchecked import unchecked

import mhattn_core as mh
from mhattn_core.errors import Problem, ShapeError
from mhattn_core.experiments.redundancy.heads import heads_of, shares_keys
from mhattn_core.measures.redundancy.distance_sums import _correlations
from mhattn_core.measures.redundancy.distances import correlation_distances, js_distances, js_sums
from mhattn_core.measures.redundancy.head_distances import distances, pooled

KEYS = mh.SentencePair("The keys that the old man lost are on the kitchen table.")


def patterns(*shape: int, seed: int = 0) -> np.ndarray:
    """Rows that sum to less than 1, as words' rows do."""
    generator = np.random.default_rng(seed)
    return generator.dirichlet(np.full(shape[-1], 0.3), shape[:-1]) * generator.uniform(0.2, 1, (*shape[:-1], 1))


def looped(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The definition, one pair of heads and one word at a time."""
    found = np.empty((len(a), len(b)))
    for one, other in product(range(len(a)), range(len(b))):
        rows = [jensenshannon(p, q) ** 2 for p, q in zip(a[one], b[other], strict=True)]
        found[one, other] = np.mean(rows)
    return found


def test_the_golden_values() -> None:
    heads = np.array([[[1.0, 0]], [[0, 1.0]], [[0.5, 0.5]]])
    np.testing.assert_allclose(
        js_distances(heads), [[0, 0.693147, 0.215762], [0.693147, 0, 0.215762], [0.215762, 0.215762, 0]], atol=1e-6
    )


def test_all_heads_at_once_equal_a_loop() -> None:
    a, b = patterns(7, 5, 9), patterns(4, 5, 9, seed=1)
    np.testing.assert_allclose(js_distances(a), looped(a, a), atol=1e-12)
    np.testing.assert_allclose(js_distances(a, b), looped(a, b), atol=1e-12)


def test_more_words_than_go_at_once_equal_a_loop() -> None:
    a = patterns(3, 70, 400)
    assert 3 * 70 * 400 > 2**16
    np.testing.assert_allclose(js_distances(a), looped(a, a), atol=1e-12)


@pytest.mark.parametrize("name", ["minilm", "marian-en-zh"])
def test_heads_of_a_model_equal_a_loop(name: str) -> None:
    seen = mh.attend(loaded(name), KEYS)
    for stack in seen.stacks:
        heads = heads_of(seen, stack)
        few = heads.arrays[::5]
        # The decoder's first step reads no word; its rows, like all others, are those of the grid.
        np.testing.assert_allclose(distances(heads).to_numpy()[::5, ::5], looped(few, few), atol=1e-6)


def test_a_row_without_mass_counts_for_no_pair_with_that_head() -> None:
    heads = patterns(3, 4, 6)
    heads[1, 2] = 0
    found = js_sums(heads)
    assert found[..., 1].tolist() == [[4, 3, 4], [3, 3, 3], [4, 3, 4]]
    kept = [0, 1, 3]
    assert js_distances(heads)[0, 1] == pytest.approx(looped(heads[:1, kept], heads[1:2, kept])[0, 0])
    heads[1] = 0
    assert np.isnan(js_distances(heads)[1]).all()


def test_a_word_that_no_piece_covers_counts_for_nobody() -> None:
    heads = patterns(3, 4, 6)
    without = np.delete(heads, 1, axis=1)
    heads[:, 1] = np.nan
    np.testing.assert_allclose(js_distances(heads), js_distances(without))
    visible = np.ones((4, 6), dtype=bool)
    np.testing.assert_allclose(correlation_distances(heads, visible), correlation_distances(without, visible[1:]))


def test_between_models_a_word_counts_by_the_smaller_mass() -> None:
    a = np.array([[[0.9, 0.0], [0.1, 0.1]]])
    b = np.array([[[0.0, 0.3], [0.2, 0.2]]])
    # Word 0: farthest apart, weight 0.3; word 1: the same, weight 0.2.
    assert js_distances(a, b, weight="mass")[0, 0] == pytest.approx(0.3 * np.log(2) / 0.5)
    assert js_distances(a, b)[0, 0] == pytest.approx(np.log(2) / 2)


def test_correlation_is_pearsons_over_what_is_visible() -> None:
    heads = patterns(4, 5, 5)
    visible = np.tril(np.ones((5, 5), dtype=bool))
    heads = heads * visible
    expected = 1 - np.corrcoef(heads[:, visible])
    np.testing.assert_allclose(correlation_distances(heads, visible), expected, atol=1e-12)
    assert not np.allclose(correlation_distances(heads, np.ones_like(visible)), expected, atol=0.01)


def test_a_head_that_leaves_words_little_has_a_correlation() -> None:
    heads = np.array([[[1, 4, 2], [3, 1, 5]], [[2, 2, 1], [4, 0, 3]]], dtype=np.float32)
    faint = heads * np.float32(1e-8)
    visible = np.ones((2, 3), dtype=bool)
    expected = 1 - np.corrcoef(heads.reshape(2, -1))
    np.testing.assert_allclose(correlation_distances(faint, visible), expected, atol=1e-5)
    np.testing.assert_allclose(1 - _correlations(torch.from_numpy(faint.reshape(2, -1))), expected, atol=1e-6)


def test_an_even_head_has_no_correlation() -> None:
    heads = patterns(3, 4, 6)
    heads[1] = 1 / 6
    found = correlation_distances(heads, np.ones((4, 6), dtype=bool))
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[0, 2])


def test_nothing_given_is_changed_and_unknown_names_raise() -> None:
    heads = patterns(3, 4, 6)
    kept = heads.copy()
    js_distances(heads)
    correlation_distances(heads, np.ones((4, 6), dtype=bool))
    np.testing.assert_array_equal(heads, kept)
    with pytest.raises(KeyError):
        unchecked(js_sums)(heads, weight="token")  # type: ignore[arg-type]
    with pytest.raises(ShapeError):
        unchecked(js_sums)(heads, patterns(3, 4, 5))


def test_the_table_is_square_and_names_layers_and_heads(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, KEYS)
    found = distances(heads_of(seen, "encoder"))
    assert found.shape == (72, 72)
    assert found.index.names == ["model", "stack", "layer", "head"]
    one, other = seen.words("encoder").pattern[[3, 5], [7, 2]]
    assert found.loc[("minilm", "encoder", 3, 7), ("minilm", "encoder", 5, 2)] == pytest.approx(
        looped(one[None], other[None])[0, 0]
    )
    with pytest.raises(KeyError):
        unchecked(distances)(heads_of(seen, "encoder"), by="cosine")  # type: ignore[arg-type]


def test_cka_needs_five_words(minilm: mh.Model) -> None:
    with pytest.raises(Problem, match="at least 5 words; here are 4"):
        heads_of(mh.attend(minilm, mh.SentencePair("The cat sat down")), "encoder", by="cka")


def test_models_are_pooled_on_the_same_words_and_mask_only(minilm: mh.Model) -> None:
    twin = loaded("minilm@random")
    one, other = (heads_of(mh.attend(model, KEYS), "encoder") for model in (minilm, twin))
    both = distances(pooled([one, other]))
    np.testing.assert_allclose(both.to_numpy()[72:, 72:], distances(other).to_numpy())
    np.testing.assert_allclose(both.to_numpy()[:72, 72:], js_distances(one.arrays, other.arrays))
    translator = mh.attend(loaded("marian-en-zh"), KEYS)
    assert one.fits(heads_of(translator, "encoder"))
    with pytest.raises(ShapeError):
        pooled([one, heads_of(translator, "decoder")])


def test_without_groups_no_heads_share_keys(minilm: mh.Model) -> None:
    found = distances(heads_of(mh.attend(minilm, KEYS), "encoder"))
    assert not shares_keys(minilm, found).any()
