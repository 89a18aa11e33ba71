"""Special tokens typed in a sentence, bare word marks, and the share of what a tokenizer does not know."""

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from transformers import PreTrainedTokenizerFast

import mhattn_core as mh
from mhattn_core.attention.batches import feed_all
from mhattn_core.attention.objectives import NOT_ASKED, _masked
from mhattn_core.attention.token_kinds import Piece, TokenKinds, unknown_share

SPECIAL = {"unk_token": "<unk>", "additional_special_tokens": ["<|end|>"]}


@pytest.fixture(scope="module")
def fast() -> PreTrainedTokenizerFast:
    """SentencePiece's marks: a bare one, one with a word, and an unknown token that is special too."""
    tokenizer = Tokenizer(Unigram([("<unk>", 0.0), ("▁", -4.0), ("▁ab", -2.0), ("b", -3.0)], unk_id=0))
    tokenizer.pre_tokenizer = Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **SPECIAL)


def located(fast: PreTrainedTokenizerFast, text: str) -> list[Piece]:
    kinds, encoded = TokenKinds.of(fast), fast(text, return_offsets_mapping=True)
    return [
        kinds.piece(Piece(id_, "a", *span), text)
        for id_, span in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)
    ]


def test_a_typed_special_token_belongs_to_no_sentence(fast: PreTrainedTokenizerFast) -> None:
    pieces = located(fast, "ab<|end|> ab")
    assert [piece.side for piece in pieces] == ["a", None, "a"]


def test_an_unknown_character_stands_for_text_and_the_typed_name_of_the_token_does_not(
    fast: PreTrainedTokenizerFast,
) -> None:
    assert [(piece.side, piece.start, piece.end) for piece in located(fast, "ab☃")] == [("a", 0, 2), ("a", 2, 3)]
    assert [piece.side for piece in located(fast, "ab<unk>")] == ["a", None]


def test_a_bare_mark_covers_nothing(fast: PreTrainedTokenizerFast) -> None:
    pieces = located(fast, "☃ ab")
    tokens = fast.convert_ids_to_tokens([piece.id for piece in pieces])
    assert tokens == ["▁", "<unk>", "▁ab"]
    assert [piece.end > piece.start for piece in pieces] == [False, True, True]


def test_unknown_share_counts_what_covers_a_character() -> None:
    # A special token, a bare mark, an unknown and a known piece.
    pieces = (Piece(0), Piece(4, "a", 0, 0), Piece(3, "a", 0, 1), Piece(5, "a", 1, 2))
    assert unknown_share(pieces, 3) == 0.5
    assert unknown_share(pieces[:2], 3) == 0.0
    assert unknown_share(pieces, None) == 0.0


def test_the_weight_of_a_typed_special_token_is_special_mass(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("The [MASK] sat. [SEP] It was tired."))
    grid, pattern = seen.words("encoder"), seen.pattern("encoder")
    assert seen.tokens("encoder")[0] == (
        "[CLS]",
        "The",
        "[MASK]",
        "sat",
        ".",
        "[SEP]",
        "It",
        "was",
        "tired",
        ".",
        "[SEP]",
    )
    assert grid.keys == ("The", "[", "MASK", "]", "sat", ".", "[", "SEP", "]", "It", "was", "tired", ".")
    tired = grid.keys.index("tired")
    np.testing.assert_allclose(
        grid.special_mass[..., tired], pattern[:, :, 8][..., [0, 2, 5, 10]].sum(axis=-1), atol=1e-5
    )
    assert not grid.key_axis.seen[[1, 2, 3, 6, 7, 8]].any()
    assert np.isnan(grid.pattern[:, :, 1]).all()


def test_many_pairs_are_fed_as_one_is(minilm: mh.Model) -> None:
    pairs = [mh.SentencePair("The [MASK] sat.", "It was [SEP] tired."), mh.SentencePair("Nothing special.")]
    rows, problems = feed_all(minilm, pairs)
    assert not problems
    for row, pair in zip(rows, pairs, strict=True):
        pieces = mh.attend(minilm, pair).pieces("encoder")[0]
        sides = [{"a": 0, "b": 1, None: -1}[piece.side] for piece in pieces]
        assert row.queries["encoder"].tolist() == [
            [side, piece.start, piece.end] for side, piece in zip(sides, pieces, strict=True)
        ]


def test_a_typed_special_token_is_no_word_to_hide(minilm: mh.Model) -> None:
    """Whatever words the draw takes, something of the text is hidden."""
    for number in range(20):
        pair = mh.SentencePair(f"[MASK] [SEP] [MASK] [SEP] {number}")
        (row,), _problems = feed_all(minilm, [pair])
        targets = _masked(minilm, row, pair)
        spans = row.queries["encoder"]
        assert [place for place, target in enumerate(targets) if target != NOT_ASKED] == [
            place for place, span in enumerate(spans) if span[0] == 0
        ]
