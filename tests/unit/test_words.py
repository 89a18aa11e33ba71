"""How sentences are cut into words."""

import pytest

from mhattn_core import Problem, SentencePair
from mhattn_core.text.words import cut


def words(text: str, *given: str) -> list[str]:
    return [word.text for word in cut(text, given).words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sits.", ["The", "cat", "sits", "."]),
        ("Don't pay 3.5 (or 1,000)!", ["Don't", "pay", "3.5", "(", "or", "1,000", ")", "!"]),
        ("well-known foo_bar", ["well", "-", "known", "foo_bar"]),
        ("虽然天气不好，但是我们", ["虽然", "天气", "不好", "，", "但是", "我们"]),
        ("I love 天气 OK", ["I", "love", "天气", "OK"]),
        ("cafe\u0301 😀👩‍👩‍👧", ["cafe\u0301", "😀", "👩‍👩‍👧"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("<script>", ["<", "script", ">"]),
        ("zero\u200bwidth", ["zero", "width"]),
        (" \t\n ", []),
        ("", []),
    ],
)
def test_usual_cut(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_spaces_typed_between_chinese_words_win_over_jieba_and_are_not_fed() -> None:
    sentence = cut("我 爱 自然 语言 处理")
    assert sentence.text == "我爱自然语言处理"
    assert [word.text for word in sentence.words] == ["我", "爱", "自然", "语言", "处理"]
    assert [(word.start, word.end) for word in sentence.words] == [(0, 1), (1, 2), (2, 4), (4, 6), (6, 8)]


def test_typed_spaces_rule_only_the_stretch_they_stand_in() -> None:
    assert words("虽然 天气不好，但是我们") == ["虽然", "天气不好", "，", "但是", "我们"]


def test_every_word_stands_where_it_says() -> None:
    sentence = cut("In 2024, 我 们 don't (go) 😀!")
    assert all(sentence.text[word.start : word.end] == word.text for word in sentence.words)


def test_a_given_cut_wins() -> None:
    assert words("don't go", "do", "n't", "go") == ["do", "n't", "go"]
    assert words("我爱自然语言处理", "我爱", "自然语言", "处理") == ["我爱", "自然语言", "处理"]


@pytest.mark.parametrize("given", [("do", "not"), ("don't",), ("go", "don't"), ("", "don't", "go")])
def test_a_cut_that_does_not_follow_the_sentence_is_refused(given: tuple[str, ...]) -> None:
    with pytest.raises(Problem):
        cut("don't go", given)


def test_pair_without_second_sentence() -> None:
    pair = SentencePair("One only.")
    assert pair.a
    assert not pair.b
