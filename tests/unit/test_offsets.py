"""Finding the characters of pieces that come without offsets."""

from mhattn_core.text.offsets import locate


def test_pieces_of_a_plain_sentence() -> None:
    assert locate(["▁The", "▁ca", "ts"], "The  cats") == [(0, 3), (5, 7), (7, 9)]


def test_compatibility_forms_meet_their_plain_pieces() -> None:
    # The tokenizer sees NFKC: a half-width comma, a plain 2, "fi" for the ligature.
    assert locate(["▁好", ",", "2", "f", "i"], "好，②ﬁ") == [(0, 1), (1, 2), (2, 3), (3, 4), (3, 4)]


def test_a_composed_piece_covers_both_of_its_characters() -> None:
    assert locate(["▁caf", "é", "!"], "cafe\u0301!") == [(0, 3), (3, 5), (5, 6)]


def test_pieces_that_stand_for_nothing_cover_nothing() -> None:
    assert locate(["▁", "▁a", "\u2581"], "a") == [(0, 0), (0, 1), (0, 0)]


def test_a_dropped_character_does_not_shift_the_rest() -> None:
    assert locate(["▁a", "▁b"], "a \u200d b") == [(0, 1), (4, 5)]
