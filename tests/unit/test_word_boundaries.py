"""Cuts into words, carried by links."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mhattn_core.text.cut_in_link import cut_in_link, cut_of_link

WORD = some.text(some.characters(exclude_characters="\t\n\r"), min_size=1).map(str.strip).filter(bool)


@given(some.lists(WORD, min_size=1).map(tuple))
def test_a_link_gives_the_words_back(words: tuple[str, ...]) -> None:
    assert cut_of_link(cut_in_link(words)) == words


@pytest.mark.parametrize(
    ("link", "words"), [("do n't go", ("do", "n't", "go")), ("天气", ("天气",)), ("New York\t", ("New York",))]
)
def test_links_made_when_a_space_ended_a_word_still_open(link: str, words: tuple[str, ...]) -> None:
    assert cut_of_link(link) == words
