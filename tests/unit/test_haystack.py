"""Haystacks: made of our sentences, the needle where it was put, its words nowhere else; and what heads copy, by hand."""

from itertools import islice

import numpy as np
import pytest

from mhattn_core.measures.retrieval.copied import copied_share, recall
from mhattn_core.text.haystack import _data, filler, haystack, languages, needles
from mhattn_core.text.words import cut


@pytest.mark.parametrize("language", languages())
def test_the_answer_stands_where_it_is_said_to(language: str) -> None:
    sentences = list(islice(filler(language, 3), 5))
    for needle in needles(language):
        for before in (0, 2, 5):
            made = haystack(language, needle, sentences, before)
            start, end = made.answer
            assert made.text[start:end] == needle.answer.strip()
            assert made.text[:start].rstrip().endswith(needle.opening)
            assert sum(sentence in made.text[:start] for sentence in sentences[:before]) == before
            assert needle.question in made.text[end:]


@pytest.mark.parametrize("language", languages())
def test_no_filler_holds_a_word_of_an_answer(language: str) -> None:
    parts = {word.text.lower() for part in _data()[language]["filler"] for phrase in part for word in cut(phrase).words}
    function_words = {
        "a",
        "and",
        "with",
        "of",
        "the",
        "under",
        "inside",
        "behind",
        "在",
        "下",
        "的",
        "里",
        "后面",
        "一",
        "片",
    }
    for needle in needles(language):
        assert not ({word.text.lower() for word in cut(needle.answer).words} - function_words) & parts


def test_filler_is_the_same_for_a_seed_and_hardly_repeats() -> None:
    first, again, other = (list(islice(filler("en", seed), 200)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(set(first)) > 190


def test_a_head_copies_what_it_looks_at_while_it_is_written() -> None:
    read = np.array([9, 4, 5, 6, 5])
    needle = np.array([1, 2, 3])
    written = np.array([4, 5, 5, 6])
    # Two heads of one layer, one of each looks where the token stands.
    looked = np.array([[[1, 1]], [[2, 4]], [[2, 0]], [[1, 3]]])
    share = copied_share(looked, written, read, needle)
    # The first head: 4 and 5, the second time counts no more, and 6 it does not see. The second: 4 and 6; 5 outside.
    assert share.tolist() == [[pytest.approx(2 / 3), pytest.approx(2 / 3)]]
    assert copied_share(looked, np.array([4, 7, 7, 7]), read, needle).tolist() == [[pytest.approx(1 / 3)] * 2]


def test_recall_counts_each_token_as_often_as_it_stands_there() -> None:
    assert recall([1, 2, 2, 3], [2, 2, 2, 3]) == pytest.approx(3 / 4)
    assert recall([], [1]) == 0
