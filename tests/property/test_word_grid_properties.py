"""What must hold of every sentence and every pattern on the word grid."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loaded import loaded

import mhattn_core as mh
from mhattn_core.attention.pieces import encode
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_grid import to_words, word_axis
from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy
from mhattn_core.text.offsets import locate
from mhattn_core.text.words import cut

# Letters, Chinese, emoji with joiners and skin tones, combining marks, right-to-left text, spaces, signs.
CHARACTERS = st.sampled_from(list("aB3é_'.,-<&\u0301\u200d\ufe0f \t我爱天气，。😀👩🏽ש ภ①ﬁ"))
SENTENCES = st.text(CHARACTERS, max_size=30)


@given(SENTENCES)
def test_no_character_belongs_to_two_words(text: str) -> None:
    sentence = cut(text)
    end = 0
    for word in sentence.words:
        assert word.start >= end
        assert sentence.text[word.start : word.end] == word.text
        assert word.text
        assert not word.text.isspace()
        end = word.end


@given(SENTENCES)
def test_cutting_again_by_the_same_words_changes_nothing(text: str) -> None:
    sentence = cut(text)
    if sentence:
        words = [word.text for word in sentence.words]
        leftover = "".join(character for character in sentence.text if not character.isspace())
        if leftover == "".join(words):
            assert cut(sentence.text, words).words == sentence.words


@given(SENTENCES, st.integers(1, 4))
def test_pieces_without_offsets_are_found_in_order(text: str, length: int) -> None:
    pieces = [text[start : start + length] for start in range(0, len(text), length)]
    spans = [span for span in locate(pieces, text) if span != (0, 0)]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@st.composite
def pieced(draw: st.DrawFn) -> tuple[str, list[Piece]]:
    """A sentence and pieces of it with special tokens between them, some covering nothing."""
    text = draw(st.text(st.sampled_from("ab我爱 ,"), min_size=1, max_size=12))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)) | {0, len(text)})
    pieces = [Piece(0)]
    for start, end in pairwise(cuts):
        pieces += [Piece(1, "a", start, end)] + [Piece(0)] * draw(st.integers(0, 1))
    return text, pieces


@given(pieced(), pieced(), st.data())
def test_rows_and_special_mass_make_one_and_nothing_is_negative(
    queries: tuple[str, list[Piece]], keys: tuple[str, list[Piece]], data: st.DataObject
) -> None:
    query_axis = word_axis(queries[1], {"a": cut(queries[0])}, None)
    key_axis = word_axis(keys[1], {"a": cut(keys[0])}, None)
    raw = data.draw(
        arrays(np.float32, (1, 2, len(queries[1]), len(keys[1])), elements=st.floats(0.015625, 1, width=32))
    )
    pattern = raw / raw.sum(axis=-1, keepdims=True)
    grid = to_words(pattern, query_axis, key_axis)
    assert query_axis.shares.sum(axis=1).max(initial=0) <= 1 + 1e-6
    seen = query_axis.seen
    np.testing.assert_allclose((grid.pattern.sum(axis=-1) + grid.special_mass)[..., seen], 1, atol=1e-5)
    assert (grid.special_mass[..., seen] > -1e-5).all()
    assert np.isnan(grid.pattern[..., ~seen, :]).all()
    entropy = normalised_row_entropy(
        row_entropy(torch.from_numpy(grid.pattern)), torch.from_numpy(grid.visible.sum(axis=-1))
    ).numpy()
    assert ((entropy > -1e-6) & (entropy < 1 + 1e-6) | np.isnan(entropy)).all()


@settings(max_examples=60)
@given(SENTENCES, SENTENCES)
def test_minilm_reads_anything(minilm: mh.Model, first: str, second: str) -> None:
    pair = mh.SentencePair(first, second)
    if not pair.a:
        return
    seen = mh.attend(minilm, pair)
    grid = seen.words("encoder")
    rows = grid.query_axis.seen
    np.testing.assert_allclose((grid.pattern.sum(axis=-1) + grid.special_mass)[..., rows], 1, atol=1e-5)
    assert [piece.id for piece in encode(minilm, pair.a.text, pair.b.text).pieces] == seen.inputs["input_ids"][
        0
    ].tolist()


@settings(max_examples=20)
@given(st.integers(1, 4), st.integers(0, 3))
def test_blocks_reassemble_the_whole(minilm: mh.Model, first: int, second: int) -> None:
    grid = mh.attend(minilm, mh.SentencePair("one " * first, "two " * second)).words("encoder")
    rows = [np.concatenate([grid.block(queries, keys) for keys in "ab"], axis=3) for queries in "ab"]
    assert grid.block("b", "a").shape == (6, 12, second, first)
    np.testing.assert_array_equal(np.concatenate(rows, axis=2), grid.pattern)


@pytest.fixture(scope="module", params=["marian-zh-en", "smollm2"])
def other_tokenizer(request: pytest.FixtureRequest) -> mh.Model:
    """SentencePiece without offsets, and a byte-level tokenizer out of a GGUF file."""
    return loaded(request.param)


@settings(max_examples=40)
@given(SENTENCES, SENTENCES)
def test_other_tokenizers_read_anything_too(other_tokenizer: mh.Model, first: str, second: str) -> None:
    pair = mh.SentencePair(first, second or "x")
    if not pair.a or not pair.b:
        return
    seen = mh.attend(other_tokenizer, pair)
    for stack in seen.stacks:
        grid = seen.words(stack)
        rows = grid.query_axis.seen
        np.testing.assert_allclose((grid.pattern.sum(axis=-1) + grid.special_mass)[..., rows], 1, atol=1e-5)
        # A piece belongs to words only, and to no more than one word for each of its characters.
        assert grid.key_axis.shares.sum(axis=1).max(initial=0) <= 1 + 1e-6
        queries, _keys = seen.tokens(stack)
        assert len(queries) == seen.pattern(stack).shape[2]
