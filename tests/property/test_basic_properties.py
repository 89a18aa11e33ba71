"""Basic measures: padding changes nothing, a batch is its pairs, heads keep their own, values keep their range."""

import numpy as np
import torch
from fed_pairs import HEADS, STACKS, Fed, axes_of, fed
from hypothesis import given
from hypothesis import strategies as st

from mhattn_core.attention.word_grid import to_words, word_axis
from mhattn_core.attention.word_layer import word_layer
from mhattn_core.measures.basic import basic
from mhattn_core.measures.statistics import quotient


def sums_of(pairs: list[Fed], stack: str) -> dict[str, np.ndarray]:
    longest = max(len(pair.pieces) for pair in pairs)
    tokens = torch.zeros(len(pairs), HEADS, longest, longest)
    # What padding attends to is nobody's business, as long as it is real.
    tokens[..., 0] = 1
    for row, pair in enumerate(pairs):
        size = len(pair.pieces)
        tokens[row, :, :size, :size] = torch.from_numpy(pair.pattern)
    axes = axes_of(pairs, stack)
    return {name: part.numpy() for name, part in basic(word_layer(tokens, 0, axes)).items()}


@given(seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=5), stack=STACKS)
def test_a_padded_batch_is_its_pairs(seeds: list[int], stack: str) -> None:
    pairs = [fed(seed, stack) for seed in seeds]
    together = sums_of(pairs, stack)
    for row, pair in enumerate(pairs):
        for name, alone in sums_of([pair], stack).items():
            np.testing.assert_allclose(together[name][row], alone[0], rtol=1e-5, atol=1e-5, err_msg=name)


@given(seed=st.integers(0, 10_000), stack=STACKS)
def test_the_layer_equals_the_word_grid(seed: int, stack: str) -> None:
    pair = fed(seed, stack)
    axis = word_axis(pair.pieces, pair.sentences, None)
    grid = to_words(pair.pattern[None], axis, axis, causal=stack == "decoder")
    axes = axes_of([pair], stack)
    layer = word_layer(torch.from_numpy(pair.pattern)[None], 0, axes)
    seen = axis.seen
    np.testing.assert_array_equal(axes.query_mask[0], seen)
    np.testing.assert_allclose(layer.pattern[0][:, seen], grid.pattern[0][:, seen], atol=1e-6)
    np.testing.assert_allclose(layer.special_mass[0][:, seen], grid.special_mass[0][:, seen], atol=1e-6)
    np.testing.assert_array_equal(axes.visible[0], grid.visible & seen & seen[:, None])


@given(seed=st.integers(0, 10_000), stack=STACKS, order=st.permutations(range(HEADS)))
def test_permuted_heads_give_permuted_results(seed: int, stack: str, order: list[int]) -> None:
    pair = fed(seed, stack)
    before, after = sums_of([pair], stack), sums_of([Fed(pair.sentences, pair.pieces, pair.pattern[order])], stack)
    for name, part in before.items():
        np.testing.assert_allclose(after[name], part[:, order], rtol=1e-5, atol=1e-6, err_msg=name)


@given(seed=st.integers(0, 10_000))
def test_ranges(seed: int) -> None:
    pair = fed(seed, "encoder")
    words = sum(len(sentence.words) for sentence in pair.sentences.values())
    most = {"entropy": np.log(words), "entropy.tokens": np.log(len(pair.pieces)), "distance": words - 1}
    for name, part in sums_of([pair], "encoder").items():
        value = quotient(part)
        value = value[~np.isnan(value)]
        assert (value >= -1e-5).all(), name
        assert (value <= most.get(name, 1.0) + 1e-5).all(), name


@given(seed=st.integers(0, 10_000))
def test_blocks_and_special_mass_make_one(seed: int) -> None:
    pair = fed(seed, "encoder")
    sums = sums_of([pair], "encoder")
    blocks = sum(sums[f"block.{query}_to_{key}"][0, :, 0] for query in "ab" for key in "ab")
    rows = sums["special_mass"][0, :, 1]
    np.testing.assert_allclose(blocks + sums["special_mass"][0, :, 0], rows, rtol=1e-5, atol=1e-5)
