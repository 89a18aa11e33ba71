"""Hits, packed bits and adjusted p for anything that may come."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mhattn_core.arrays.word_layer import WordAxes
from mhattn_core.attention.word_layer import word_axes, word_layer
from mhattn_core.measures.roles.hits import can_be_answered, hits
from mhattn_core.measures.roles.items import packed, unpacked
from mhattn_core.measures.roles.links import DIRECTIONS, Links, questions
from mhattn_core.measures.roles.significance import adjusted


@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_bits_come_back(bits: np.ndarray) -> None:
    assert (unpacked(packed(bits), bits.shape[1]) == bits).all()


@given(hnp.arrays(float, st.integers(1, 60), elements=st.floats(0, 1)))
def test_adjusted_p_keep_their_order_and_never_shrink(p: np.ndarray) -> None:
    q = adjusted(p)
    assert (q >= p - 1e-12).all()
    assert (q <= 1).all()
    order = np.argsort(p)
    assert (np.diff(q[order]) >= -1e-12).all()


@given(
    st.integers(0, 10_000),
    st.integers(2, 7),
    st.integers(0, 4),
    st.sampled_from(["encoder", "decoder"]),
    st.sampled_from(DIRECTIONS),
)
def test_padding_and_the_order_of_heads_change_nothing(
    seed: int, size: int, more: int, stack: str, direction: str
) -> None:
    random = np.random.default_rng(seed)
    tokens = torch.from_numpy(random.dirichlet(np.ones(size), (1, 3, size)).astype(np.float32))
    tokens = tokens.tril() if stack == "decoder" else tokens
    words = np.stack([np.zeros(size, int), 2 * np.arange(size), 2 * np.arange(size) + 1], axis=1)
    longer = np.stack([np.zeros(size + more, int), 2 * np.arange(size + more), 2 * np.arange(size + more) + 1], axis=1)
    pairs = np.argwhere(~np.eye(size, dtype=bool))
    links = Links(np.zeros(len(pairs), int), np.zeros(len(pairs), int), pairs[:, 0], pairs[:, 1])

    def axes(sentences: list[np.ndarray]) -> WordAxes:
        return word_axes(stack, 3, sentences, sentences, sentences)

    alone = axes([words])
    asked = questions(links, direction)
    asked = asked.only(can_be_answered(alone, asked).numpy())
    (found,) = hits(word_layer(tokens, 0, alone), [asked])
    # Every word that may choose chooses one.
    assert found.hit.any(dim=0).all() or not len(asked.asked)
    (turned,) = hits(word_layer(tokens[:, [2, 0, 1]], 0, alone), [asked])
    padded = torch.rand(2, 3, size + more, size + more)
    padded[0] = 0
    padded[0, :, :size, :size] = tokens[0]
    (beside,) = hits(word_layer(padded, 0, axes([words, longer])), [asked])
    for name, values in vars(found).items():
        torch.testing.assert_close(vars(turned)[name], values[:, [2, 0, 1]], equal_nan=True, atol=1e-6, rtol=0)
        torch.testing.assert_close(vars(beside)[name], values, equal_nan=True, atol=1e-6, rtol=0)
