"""Sentences joined into contexts: by hand, in both scripts, within documents."""

import pytest

from mhattn_core.text.contexts import SCORED_FROM, WORDS, contexts, joined
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord


def record(source: str, document: str = "", words: tuple[str, ...] = ()) -> PairRecord:
    return PairRecord("", SentencePair(source, "a second text", words), 0, document)


def numbered(first: int, last: int) -> str:
    return " ".join(f"w{number}" for number in range(first, last))


def test_consecutive_sentences_of_a_document_make_one_text() -> None:
    records = [record(numbered(0, 30), "a"), record(numbered(30, 60), "a"), record(numbered(60, 90), "a")]
    (context,) = contexts([*records, record(numbered(100, 140), "b")])
    assert [word.text for word in context.pair.a.words] == [f"w{number}" for number in range(WORDS)]
    assert context.pair.source[context.scored_from :].split()[0] == f"w{SCORED_FROM}"
    assert (context.document, context.pair.target) == ("a", "")


def test_the_next_text_begins_where_a_sentence_begins() -> None:
    records = [record(numbered(0, 70)), record(numbered(70, 100)), record(""), record(numbered(100, 140))]
    first, second = contexts(records)
    assert first.pair.a.words[-1].text == "w63"
    assert second.pair.a.words[0].text == "w70"


def test_words_are_those_of_the_records() -> None:
    """A gold cut, and spaces that a person typed between Chinese words, which no model is fed."""
    records = [record("can't " * 40, words=("ca", "n't") * 40)]
    assert [word.text for word in contexts(records)[0].pair.a.words[:3]] == ["ca", "n't", "ca"]
    (chinese,) = contexts([record("今天 天气 不错。") for _number in range(17)])
    assert [word.text for word in chinese.pair.a.words[:5]] == ["今天", "天气", "不错", "。", "今天"]
    assert chinese.pair.a.text == "今天天气不错。" * 16
    assert chinese.pair.a.text[chinese.scored_from :] == "今天天气不错。" * 8


@pytest.mark.parametrize(
    ("text", "space"), [("", ""), ("It rained.", " "), ("下雨了。", ""), ("（完）", ""), ("雨", "")]
)
def test_a_space_stands_where_the_script_has_spaces(text: str, space: str) -> None:
    assert joined(text, "x") == f"{text}{space}x"
