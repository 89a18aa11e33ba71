"""The word map: golden values, special mass, pieces across words, lost words."""

import numpy as np
import pytest

from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_grid import to_words, word_axis
from mhattn_core.text.words import cut


def test_golden_word_map() -> None:
    pattern = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.25] * 4, [0, 0.5, 0.5, 0]], dtype=np.float32)
    sentence = cut("a bc d")
    pieces = [Piece(1, "a", 0, 1), Piece(2, "a", 2, 3), Piece(3, "a", 3, 4), Piece(4, "a", 5, 6)]
    axis = word_axis(pieces, {"a": sentence}, None)
    grid = to_words(pattern[None, None], axis, axis)
    assert grid.queries == ("a", "bc", "d")
    np.testing.assert_allclose(grid.pattern[0, 0], [[0.1, 0.5, 0.4], [0.325, 0.5, 0.175], [0, 1, 0]], atol=1e-7)
    np.testing.assert_allclose(grid.special_mass[0, 0], 0, atol=1e-7)


def test_special_pieces_leave_the_grid_and_keep_their_mass() -> None:
    # [CLS] x [SEP], asked by a query sequence of another length.
    keys = word_axis([Piece(0), Piece(7, "a", 0, 1), Piece(0)], {"a": cut("x")}, None)
    queries = word_axis([Piece(0), Piece(8, "b", 0, 1), Piece(9, "b", 2, 3), Piece(0)], {"b": cut("y z")}, None)
    pattern = np.array([[0.2, 0.3, 0.5], [0.1, 0.6, 0.3], [0.5, 0.1, 0.4], [0, 0, 1]], dtype=np.float32)
    grid = to_words(pattern[None, None], queries, keys)
    np.testing.assert_allclose(grid.pattern[0, 0], [[0.6], [0.1]], atol=1e-7)
    np.testing.assert_allclose(grid.special_mass[0, 0], [0.4, 0.9], atol=1e-7)


def test_a_model_sink_counts_as_special_mass() -> None:
    axis = word_axis([Piece(1, "a", 0, 1), Piece(2, "a", 2, 3)], {"a": cut("x y")}, None)
    grid = to_words(np.array([[[[0.3, 0.2], [0.1, 0.6]]]], dtype=np.float32), axis, axis)
    np.testing.assert_allclose(grid.special_mass[0, 0], [0.5, 0.3], atol=1e-7)


def test_a_piece_across_two_words_is_shared_out_by_characters() -> None:
    # One piece covers "我爱" (one character of each word); another "自然语" (two of 自然, one of 语言).
    sentence = cut("我 爱 自然 语言")
    axis = word_axis([Piece(1, "a", 0, 2), Piece(2, "a", 2, 5), Piece(3, "a", 5, 6)], {"a": sentence}, None)
    np.testing.assert_allclose(axis.shares, [[0.5, 0.5, 0, 0], [0, 0, 2 / 3, 1 / 3], [0, 0, 0, 1]], atol=1e-6)
    pattern = np.array([[0.2, 0.6, 0.2], [0.5, 0.3, 0.2], [0, 0, 1]], dtype=np.float32)
    grid = to_words(pattern[None, None], axis, axis)
    # 语言 is a third of piece 2 and all of piece 3: its row is (1/3 row 2 + 1 row 3) / (4/3).
    np.testing.assert_allclose(grid.pattern[0, 0, 3], [0.0625, 0.0625, 0.05, 0.825], atol=1e-6)


def test_a_word_that_no_piece_covers_has_no_row_and_takes_nothing() -> None:
    axis = word_axis([Piece(1, "a", 0, 1)], {"a": cut("x ☃")}, None)
    grid = to_words(np.ones((1, 1, 1, 1), dtype=np.float32), axis, axis)
    assert axis.seen.tolist() == [True, False]
    np.testing.assert_allclose(grid.pattern[0, 0, 0], [1, 0])
    assert np.isnan(grid.pattern[0, 0, 1]).all()
    assert np.isnan(grid.special_mass[0, 0, 1])


def test_unknown_share_of_words() -> None:
    axis = word_axis([Piece(100, "a", 0, 1), Piece(5, "a", 1, 2), Piece(100, "a", 3, 4)], {"a": cut("ab c")}, 100)
    np.testing.assert_allclose(axis.unknown, [0.5, 1])


def test_a_causal_grid_sees_no_later_word() -> None:
    axis = word_axis([Piece(1, "a", 0, 1), Piece(2, "a", 2, 3)], {"a": cut("x y")}, None)
    grid = to_words(np.array([[[[1, 0], [0.5, 0.5]]]], dtype=np.float32), axis, axis, causal=True)
    assert grid.visible.tolist() == [[True, False], [True, True]]


@pytest.mark.parametrize("side", ["a", "b"])
def test_source_words_come_before_target_words(side: str) -> None:
    pieces = [Piece(1, "b", 0, 1), Piece(2, "a", 0, 1)]
    axis = word_axis(pieces, {"a": cut("x"), "b": cut("y")}, None)
    assert axis.sides.index(side) == "ab".index(side)
