"""Finding the characters of pieces that come without offsets."""

from collections.abc import Sequence

import pytest

from mhattn_core.text import offsets
from mhattn_core.text.offsets import WINDOW, NotLocated, locate
from mhattn_core.text.spelling import Spelling, Unit

ENDS = Spelling(suffix="</w>")
MOSES = Spelling(suffix="</w>", escaped=True)
UNKNOWN = Spelling(prefix="##", unknown=frozenset({"[UNK]"}))


def under(pieces: list[str], text: str, spelling: Spelling) -> list[str]:
    return [text[start:end] for start, end in locate(pieces, text, spelling)]


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


def test_marks_are_no_characters_of_the_text() -> None:
    assert under(["a</w>", "w</w>"], "a w", ENDS) == ["a", "w"]
    assert under(["i</w>", "s", "aw</w>", "us", "a</w>"], "I saw USA", ENDS) == ["I", "s", "aw", "US", "A"]
    assert under(["w@@", "@", "w"], "w@ w", Spelling(suffix="@@")) == ["w", "@", "w"]
    assert under(["#", "un", "##do", "##"], "# undo##", Spelling(prefix="##")) == ["#", "un", "do", "##"]


def test_case_and_accents_are_seen_through() -> None:
    assert under(["the", "cafe", "##s"], "The CAFÉs", UNKNOWN) == ["The", "CAFÉ", "s"]
    assert under(["stras", "se</w>", "i", "stanbul</w>"], "Straße İstanbul", ENDS) == ["Straß", "ße", "İ", "stanbul"]


def test_an_escaped_sign_is_one_character_of_all_its_pieces() -> None:
    assert under(["p</w>", "&lt;</w>", "0.05</w>"], "p < 0.05", MOSES) == ["p", "<", "0.05"]
    # Its letters are no letters of the word that follows.
    assert under(["&", "lt", ";</w>", "lt</w>"], "<lt", MOSES) == ["<", "<", "<", "lt"]
    assert under(["&amp;</w>", "lt</w>", ";</w>"], "&lt;", MOSES) == ["&", "lt", ";"]
    assert under(["well</w>", "@", "-@</w>", "known</w>"], "well-known", MOSES) == ["well", "-", "-", "known"]


def test_each_byte_covers_its_own_character() -> None:
    text = "é猫 a"
    pieces = [chr(byte) for byte in text.encode()]
    assert under(pieces, text, Spelling(bytes="code point")) == ["é", "é", "猫", "猫", "猫", "", "a"]
    fallback = ["▁a", "<0xE7>", "<0x8C>", "<0xAB>", "▁b"]
    assert under(fallback, "a猫 b", Spelling(bytes="fallback")) == ["a", "猫", "猫", "猫", "b"]
    assert under(["c3", "a9", "61"], "éa", Spelling(bytes="hexadecimal")) == ["é", "é", "a"]


def test_what_is_unknown_covers_its_word() -> None:
    assert under(["a", "[UNK]", "b"], "a猫 b", UNKNOWN) == ["a", "猫", "b"]
    assert under(["[UNK]", "a"], "aфa a", UNKNOWN) == ["aфa", "a"]
    assert under(["[UNK]", "[UNK]", "x"], "猫犬x", UNKNOWN) == ["猫", "犬", "x"]


def test_the_name_of_the_unknown_token_may_be_typed() -> None:
    assert under(["a", "[UNK]", "[UNK]", "b"], "a[UNK][UNK] b", UNKNOWN) == ["a", "[UNK]", "[UNK]", "b"]


def test_a_sign_put_for_another_covers_it() -> None:
    assert under(['"</w>', "a</w>", '"</w>'], "«a»", ENDS) == ["«", "a", "»"]


@pytest.mark.parametrize(("pieces", "text"), [(["[UNK]", "[UNK]"], "фы猫"), (["[UNK]"], "ф ы")])
def test_where_strings_leave_it_open_it_is_not_guessed(pieces: list[str], text: str) -> None:
    with pytest.raises(NotLocated):
        locate(pieces, text, UNKNOWN)


@pytest.mark.parametrize(("piece", "word"), [("▁ab", "a\u200bb "), ("▁ab", "a-b "), ("ab", "a¤b"), ("▁abc", "a¤b-c ")])
def test_work_grows_with_the_text(piece: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    window = offsets._window

    def counted(left: Sequence[Unit], right: Sequence[Unit]) -> list[tuple[int, int]]:
        compared.append(len(left) * len(right))
        return window(left, right)

    monkeypatch.setattr(offsets, "_window", counted)
    for words in (50, 100, 400):
        compared.clear()
        spans = locate([piece] * words, word * words)
        assert spans == [(len(word) * number, len(word) * number + len(word.rstrip())) for number in range(words)]
        # A window compares WINDOW² characters at most, and settles a quarter of its length at least.
        assert sum(compared) <= 4 * WINDOW * len(word * words)
