"""How sentences are cut into words."""

import pytest

from mhattn_core import Problem, SentencePair
from mhattn_core.text import segmenters
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # UAX #29, WB4: joiners and soft hyphens stand inside words.
        ("می\u200cخواهم به خانه\u200cها بروم", ["می\u200cخواهم", "به", "خانه\u200cها", "بروم"]),
        ("ශ්\u200dරී ලංකාව", ["ශ්\u200dරී", "ලංකාව"]),
        ("co\u00adoperate now", ["co\u00adoperate", "now"]),
        ("क्\u200dष", ["क्\u200dष"]),
        # WB6, WB7 and WB7b; a point or a colon between letters cuts all the same.
        ("col·lega e.g. a:b", ["col·lega", "e", ".", "g", ".", "a", ":", "b"]),
        ('צה"ל "שלום"', ['צה"ל', '"', "שלום", '"']),
        ("l’homme aujourd'hui", ["l’homme", "aujourd'hui"]),
        # A variation selector belongs to its character.
        ("葛\U000e0100城市", ["葛\U000e0100", "城市"]),
    ],
)
def test_unicode_word_boundaries(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_words_of_spaced_scripts_are_those_of_icu() -> None:
    breakers = pytest.importorskip("icu4py.breakers", reason="icu4py, ICU's own word boundaries, is not installed")
    text = (
        "Don't pay 3.5 or 1,000! well-known foo_bar, naïve cafe\u0301; 안녕 세상 हिन्दी में தமிழ் ελληνικά x\u0301\u0302 "
        "a\u2060b 👩‍👩‍👧 🇩🇪🇫🇷"
    )
    assert words(text) == [part for part in breakers.WordBreaker(text, "en") if part.strip()]


SPACELESS = [
    ("th", "แมวนั่งบนเสื่อ 3.5", ["แมว", "นั่ง", "บน", "เสื่อ", "3.5"]),
    ("lo", "ແມວນັ່ງຢູ່ເທິງເສື່ອ", ["ແມວ", "ນັ່ງ", "ຢູ່", "ເທິງ", "ເສື່ອ"]),
    ("km", "ខ្ញុំចូលចិត្តអានសៀវភៅ", ["ខ្ញុំ", "ចូលចិត្ត", "អាន", "សៀវភៅ"]),
    ("my", "စာအုပ်ဖတ်", ["စာအုပ်", "ဖတ်"]),
    ("ja", "猫はマットの上に。東京都", ["猫", "は", "マット", "の", "上", "に", "。", "東京", "都"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), SPACELESS)
def test_languages_without_spaces_are_cut_by_dictionaries(language: str, text: str, expected: list[str]) -> None:
    pytest.importorskip("icu4py", reason="icu4py, whose dictionaries cut these languages, is not installed")
    assert words(text) == expected
    assert cut(text).unsegmented == ()


@pytest.mark.parametrize(("language", "text", "expected"), SPACELESS)
def test_without_dictionaries_it_is_said_that_words_are_not_known(
    language: str, text: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segmenters, "has_dictionaries", lambda: False)
    sentence = cut(text)
    assert sentence.unsegmented == (language,)
    assert "".join(word.text for word in sentence.words) == text.replace(" ", "")
    # A given cut is known whatever is installed.
    assert cut(text, expected).unsegmented == ()


def test_a_no_in_chinese_advertising_is_no_japanese() -> None:
    assert words("我喜欢の茶，天气不好") == ["我", "喜欢", "の", "茶", "，", "天气", "不好"]
    assert cut("我喜欢の茶，天气不好").unsegmented == ()


def test_a_script_without_a_dictionary_is_not_known() -> None:
    assert cut("ᨠᩣ abc").unsegmented == ("mul",)
