"""The compiled pass over a pattern against a plain double loop in float64, for any pieces, words, padding and parts of
the queries.
"""

from math import log

import numpy as np
import pytest
import scipy.stats
import torch
from fed_pairs import HEADS, STACKS, Fed, axes_of, fed
from hypothesis import given
from hypothesis import strategies as st

from mhattn_core.arrays.word_layer import TokenLayer, WordAxes
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_grid import word_axis
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_layer, word_spans
from mhattn_core.measures.basic import basic
from mhattn_core.measures.basic_rows import basic_rows
from mhattn_core.text.words import cut


def plainly(pair: Fed, head: int, stack: str) -> dict[str, list[float]]:
    """Total and count of each measure, written down as it is defined."""
    axis = word_axis(pair.pieces, pair.sentences, None)
    shares, side = axis.shares.astype(float), axis.sides
    pattern = pair.pattern[head].astype(float)
    words = [word for word in range(shares.shape[1]) if shares[:, word].sum() > 0]
    sums: dict[str, list[float]] = {}

    def add(name: str, value: float, weight: float = 1) -> None:
        total = sums.setdefault(name, [0.0, 0.0])
        total[0], total[1] = total[0] + value, total[1] + weight

    for row in pattern:
        add("entropy.tokens", log(row.sum()) - sum(p * log(p) for p in row if p > 0) / row.sum())
    for i in words:
        row = (shares[:, i] / shares[:, i].sum()) @ pattern
        weights = {j: float(row @ shares[:, j]) for j in words}
        sees = [j for j in words if stack == "encoder" or j <= i]
        mass = sum(weights.values())
        add("distance", sum(weight * abs(i - j) for j, weight in weights.items()), mass)
        entropy = log(mass) - sum(weight * log(weight) for weight in weights.values() if weight > 0) / mass
        add("entropy", entropy)
        if len(sees) > 1:
            add("entropy.normalised", entropy / log(len(sees)))
        add("confidence", max(weights.values()))
        add("special_mass", 1 - mass)
        add("sink.first", row[0])
        for other in "ab":
            if any(side[j] == other for j in sees):
                to = sum(weight for j, weight in weights.items() if side[j] == other)
                add(f"block.{side[i]}_to_{other}", to)
                if side[i] != other:
                    add("cross_sentence", to)
        for name, step in {"previous": -1, "next": 1, "self": 0}.items():
            if i + step in sees:
                add(name, weights[i + step])
    return sums


@given(seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=4), stack=STACKS)
def test_a_batch_is_what_a_double_loop_gives(seeds: list[int], stack: str) -> None:
    pairs = [fed(seed, stack) for seed in seeds]
    longest = max(len(pair.pieces) for pair in pairs)
    tokens = torch.full((len(pairs), HEADS, longest, longest), 1 / longest)
    for row, pair in enumerate(pairs):
        size = len(pair.pieces)
        tokens[row, :, :size] = 0
        tokens[row, :, :size, :size] = torch.from_numpy(pair.pattern)
    found = basic_rows(TokenLayer(0, axes_of(pairs, stack), tokens))
    for row, pair in enumerate(pairs):
        for head in range(HEADS):
            expected = plainly(pair, head, stack)
            for name, sums in found.items():
                np.testing.assert_allclose(sums[row, head], expected.get(name, [0, 0]), rtol=1e-6, atol=1e-6)


@given(seed=st.integers(0, 10_000), stack=STACKS)
def test_parts_of_the_queries_add_up(seed: int, stack: str) -> None:
    pair = fed(seed, stack)
    axes, tokens = axes_of([pair], stack), torch.from_numpy(pair.pattern)[None]
    whole = basic_rows(TokenLayer(0, axes, tokens))
    ends = [*_between_words(axes), tokens.shape[2]]
    parts = [
        basic_rows(TokenLayer(0, axes, tokens[:, :, start:end], start))
        for start, end in zip([0, *ends], ends, strict=False)
    ]
    for name, sums in whole.items():
        np.testing.assert_allclose(sum(part[name] for part in parts), sums, rtol=1e-6, atol=1e-6, err_msg=name)


def _between_words(axes: WordAxes) -> list[int]:
    """Where no word has pieces on both sides."""
    pieces, tokens = axes.query_pieces, axes.query_tokens.shape[1]
    spans = [pieces.tokens[pieces.words == word] for word in set(pieces.words.tolist())]
    return [at for at in range(1, tokens) if not any(span.min() < at <= span.max() for span in spans)]


def test_two_texts_of_other_lengths() -> None:
    """As torch gives it: the queries read z and w, the keys x and yy, and there are no offsets."""
    sentences = {"a": cut("x yy"), "b": cut("z w")}
    queries = piece_spans([Piece(0), Piece(1, "b", 0, 1), Piece(1, "b", 2, 3)])
    keys = piece_spans([Piece(1, "a", 0, 1), Piece(1, "a", 2, 3), Piece(1, "a", 3, 4), Piece(0)])
    axes = word_axes("cross", 2, [queries], [keys], [word_spans(sentences)])
    tokens = torch.rand(1, 2, 3, 4, generator=torch.Generator().manual_seed(0)).softmax(dim=-1)
    found, expected = basic_rows(TokenLayer(0, axes, tokens)), basic(word_layer(tokens, 0, axes))
    assert list(found) == list(expected)
    for name, sums in expected.items():
        np.testing.assert_allclose(found[name], sums, rtol=1e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("keys", [300, 700])
def test_long_rows(keys: int) -> None:
    """Rows of several blocks, whose last is not whole, and whose weights reach over forty orders of magnitude."""
    random = np.random.default_rng(keys)
    weights = np.exp(random.normal(scale=15, size=(1, 2, 5, keys)))
    tokens = torch.from_numpy((weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32))
    queries, words = (np.array([[0, 2 * at, 2 * at + 1] for at in range(number)]) for number in (5, keys))
    in_b = words + np.array([1, 0, 0])
    spans = np.concatenate([queries, in_b])
    axes = word_axes("cross", 2, [queries], [in_b], [spans])
    found, exact = basic_rows(TokenLayer(0, axes, tokens)), tokens.double().numpy()
    entropy = scipy.stats.entropy(exact, axis=-1).sum(axis=-1)
    expected = {
        "entropy": entropy,
        "entropy.tokens": entropy,
        "entropy.normalised": entropy / log(keys),
        "confidence": exact.max(axis=-1).sum(axis=-1),
        "block.a_to_b": exact.sum(axis=(-1, -2)),
    }
    for name, total in expected.items():
        np.testing.assert_allclose(found[name][..., 0], total, rtol=1e-6, atol=1e-6, err_msg=name)
        np.testing.assert_array_equal(found[name][..., 1], 5)


def test_a_model_that_gives_no_numbers_is_seen_to() -> None:
    pair = fed(3, "encoder")
    tokens = torch.from_numpy(pair.pattern)[None].clone()
    tokens[0, 1, 2, 3] = torch.nan
    axes = axes_of([pair], "encoder")
    assert axes.query_pieces.whole.alone[0, 2] >= 0 or 2 in axes.query_pieces.tokens
    found = basic_rows(TokenLayer(0, axes, tokens))
    assert found["special_mass"][0, 1].isnan().any()
    assert found["special_mass"][0, 0].isfinite().all()
