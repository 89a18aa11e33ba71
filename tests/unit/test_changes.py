"""Two texts compared word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhattn_core.text.changes import TextSpan, changes
from mhattn_core.text.words import cut


def test_a_phrase_that_is_lost_is_one_part() -> None:
    before, after = changes("I saw a book at the library yesterday.", "I saw a book yesterday.")
    assert before == (TextSpan("I saw a book ", True), TextSpan("at the library", False), TextSpan(" yesterday.", True))
    assert after == (TextSpan("I saw a book yesterday.", True),)


def test_a_word_that_replaces_another_is_marked_in_both() -> None:
    before, after = changes("The cat sleeps.", "The dog often sleeps.")
    assert [part.text for part in before if not part.kept] == ["cat"]
    assert [part.text for part in after if not part.kept] == ["dog often"]


def test_chinese_is_compared_by_words() -> None:
    before, after = changes("我昨天在图书馆读书。", "我昨天在图书馆睡觉。")
    assert [part.text for part in before if not part.kept] == ["读书"]
    assert [part.text for part in after if not part.kept] == ["睡觉"]


@pytest.mark.parametrize("text", ["", "   ", "one", " two words\n"])
def test_a_text_is_kept_beside_itself(text: str) -> None:
    for parts in changes(text, text):
        assert "".join(part.text for part in parts) == text
        assert all(part.kept for part in parts)


@given(st.text(alphabet="ab 猫狗.\n<&", max_size=12), st.text(alphabet="ab 猫狗.\n<&", max_size=12))
def test_parts_join_to_the_text_and_the_kept_words_are_the_same(first: str, second: str) -> None:
    parts = changes(first, second)
    for text, found in zip((first, second), parts, strict=True):
        assert "".join(part.text for part in found) == cut(text).text
    kept = ["".join("".join(part.text for part in found if part.kept).split()) for found in parts]
    assert kept[0] == kept[1]
