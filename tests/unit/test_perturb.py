"""Changes of a pair of sentences, and what became of every word."""

import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.text.perturb import (
    AxisLink,
    Perturbed,
    WordAt,
    edited,
    masked,
    numbered,
    on_axis,
    read_replacements,
    replaced,
    shuffled,
    swapped,
)

PAIR = mh.SentencePair("The cat sat down.", "It was tired.")


def links(changed: Perturbed, side: str) -> list[tuple[int | None, int | None, bool]]:
    """Those of words that stand in one sentence before, or after."""
    return [
        (link.before and link.before.number, link.after and link.after.number, link.kept)
        for link in changed.links
        if side in (link.before and link.before.side, link.after and link.after.side)
    ]


def words(pair: mh.SentencePair) -> tuple[list[str], list[str]]:
    return [word.text for word in pair.a.words], [word.text for word in pair.b.words]


def test_of_an_edit_words_are_replaced_one_by_one_and_the_rest_is_new_or_gone() -> None:
    changed = edited(PAIR, "The old dog sat.")
    assert links(changed, "a") == [
        (0, 0, True),
        (1, 1, False),
        (None, 2, False),
        (2, 3, True),
        (3, None, False),
        (4, 4, True),
    ]
    assert links(changed, "b") == [(number, number, True) for number in range(4)]
    assert changed.pair == mh.SentencePair("The old dog sat.", "It was tired.")


def test_given_words_last_where_their_sentence_is_not_edited() -> None:
    pair = mh.SentencePair("ice cream melts", "it drips fast", ("ice cream", "melts"), ("it", "drips fast"))
    changed = edited(pair, "snow melts").pair
    assert words(changed) == (["snow", "melts"], ["it", "drips fast"])


def test_swapped_words_are_the_same_words_in_the_other_sentence() -> None:
    changed = swapped(PAIR)
    assert changed.pair == mh.SentencePair("It was tired.", "The cat sat down.")
    assert (WordAt("a", 2), WordAt("b", 2), True) in changed.links
    assert len(changed.links) == 9
    assert swapped(masked(PAIR, 6).pair).pair.masked == (1,)
    assert swapped(masked(PAIR, 1).pair).pair.masked == (5,)


def test_a_masked_word_keeps_its_place_and_its_name() -> None:
    changed = masked(PAIR, 6)
    assert changed.pair.masked == (6,)
    assert [link.kept for link in changed.links].index(False) == 6
    assert numbered(PAIR)["6"] == "was · 7"


def test_shuffled_words_are_linked_to_where_they_went_and_signs_stay() -> None:
    pair = mh.SentencePair("one two, three (four) five.", "six")
    changed = shuffled(pair, 3)
    before, after = words(pair)[0], words(changed.pair)[0]
    assert sorted(before) == sorted(after)
    assert before != after
    assert [at for at, word in enumerate(before) if not word.isalpha()] == [2, 4, 6, 8]
    assert [after[at] for at in (2, 4, 6, 8)] == [",", "(", ")", "."]
    assert all(before[old] == after[new] and kept for old, new, kept in links(changed, "a"))
    assert changed == shuffled(pair, 3)
    assert len({shuffled(pair, seed).pair.source for seed in range(6)}) > 2
    assert shuffled(mh.SentencePair("go go go"), 0).pair.source == "go go go"


def test_chinese_words_are_shuffled_whole() -> None:
    pair = mh.SentencePair("虽然 天气 不好，他们 出去 了。")
    changed = shuffled(pair, 1).pair
    assert sorted(words(changed)[0]) == sorted(words(pair)[0])
    assert " " not in changed.a.text


def test_replacements_keep_capitals_and_may_hold_several_words() -> None:
    changed = replaced(PAIR, {"the": "that", "down": "right here", "tired": "asleep"})
    assert changed.pair.source == "That cat sat right here."
    assert changed.pair.target == "It was asleep."
    assert links(changed, "a") == [
        (0, 0, False),
        (1, 1, True),
        (2, 2, True),
        (3, 3, False),
        (None, 4, False),
        (4, 5, True),
    ]
    with pytest.raises(Problem, match="no word of these sentences"):
        replaced(PAIR, {"dog": "cat"})


def test_a_call_makes_the_change_again() -> None:
    for changed in (
        edited(PAIR, "The dog sat down."),
        swapped(PAIR),
        masked(PAIR, 2),
        shuffled(PAIR, 4),
        replaced(PAIR, {"cat": "dog"}),
    ):
        functions = {made.__name__: made for made in (edited, swapped, masked, shuffled, replaced)}
        assert eval(changed.call, functions, {"pair": PAIR}) == changed  # noqa: S307 - our own call


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.csv", "word,replacement\nCat,dog\nsat,stood\ncat,cow\n"),
        ("list.tsv", "cat\tdog\n\nsat\tstood\n"),
        ("list.csv", 'cat;dog\n"sat";stood\n'),
    ],
)
def test_a_list_of_replacements_is_read(name: str, content: str) -> None:
    assert read_replacements(name, content.encode()) == {"cat": "dog", "sat": "stood"}


def test_a_list_with_a_line_of_one_word_says_which() -> None:
    with pytest.raises(Problem, match=r"Line 2 of “list\.tsv”"):
        read_replacements("list.tsv", b"cat\tdog\nsat\n")


def test_an_axis_has_the_words_of_its_sentences() -> None:
    """Of a decoder that reads B: A is nowhere, and B begins at its first position behind another token."""
    changed = edited(PAIR, "A cat.", "It is tired now.")
    found = on_axis(changed.links, ["", "b", "b", "b", "b"], ["b", "b", "b", "b", "b"])
    assert found == [
        AxisLink(1, 0, True),
        AxisLink(2, 1, False),
        AxisLink(3, 2, True),
        AxisLink(None, 3, False),
        AxisLink(4, 4, True),
    ]
