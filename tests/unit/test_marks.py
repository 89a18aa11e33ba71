"""Regions that a reader marks: where they stand, and shares between them worked by hand."""

import numpy as np
import pytest
import torch
from test_regions import PATTERN, PIECES, SENTENCES, layer

import mhattn_core as mh
from mhattn_core.attention.word_grid import word_axis
from mhattn_core.errors import Problem
from mhattn_core.measures.marked_regions import between, marked_tokens
from mhattn_core.measures.region_shares import between_regions
from mhattn_core.text.marks import Mark, read_marks, region_names, regions_on, with_mark, without_marks
from mhattn_core.text.reading import read_pairs

# From x, and from z, to x, to z, to yy and to what is no word of either; see test_regions.
GIVEN = [[0.2, 0.0, 0.0, 0.8], [0.1, 0.2, 0.2, 0.5]]
EVEN = [[1 / 5, 0, 0, 4 / 5], [1 / 9, 1 / 9, 2 / 9, 5 / 9]]


def test_marks_are_taken_out_and_hold_the_words_that_begin_in_them() -> None:
    text = "<mark who>The old cat</mark> slept. <mark why>It was <b>tired</b></mark>, <MARK who >the cat</MARK>."
    pair = read_marks(mh.SentencePair(text, "Was <mark why>it</mark>?"))
    assert pair.source == "The old cat slept. It was <b>tired</b>, the cat."
    assert pair.target == "Was it?"
    words = [word.text for sentence in (pair.a, pair.b) for word in sentence.words]
    assert [(name, words[first:end]) for name, first, end in pair.marks] == [
        ("who", ["The", "old", "cat"]),
        ("why", ["It", "was", "<", "b", ">", "tired", "<", "/", "b", ">"]),
        ("who", ["the", "cat"]),
        ("why", ["it"]),
    ]
    assert region_names(pair.marks) == ("who", "why")


def test_a_mark_inside_chinese_keeps_its_words_where_typed_spaces_go() -> None:
    pair = read_marks(mh.SentencePair("虽然 天气 <mark 结果>不好 他们</mark> 出去 了"))
    assert " " not in pair.a.text
    assert [pair.a.words[at].text for at in range(*pair.marks[0][1:])] == ["不好", "他们"]


def test_words_that_somebody_has_cut_count_in_marks() -> None:
    pair = read_marks(mh.SentencePair("ice cream <mark it>melts</mark>"), {"ice cream melts": ("ice cream", "melts")})
    assert pair.marks == (Mark("it", 1, 2),)
    assert pair.source_words == ("ice cream", "melts")


def test_words_that_are_chosen_become_marks_in_the_text() -> None:
    pair = read_marks(mh.SentencePair("one <mark x>two</mark>, three four", "five six"))
    more = with_mark(pair, 3, 4, " y z ")
    assert (more.source, more.target) == ("one <mark x>two</mark>, <mark y z>three four</mark>", "five six")
    assert read_marks(more).marks == (Mark("x", 1, 2), Mark("y z", 3, 5))
    assert with_mark(pair, 6, 5, "y").target == "<mark y>five six</mark>"
    # From A on into B: A alone.
    assert with_mark(pair, 4, 6, "y").source.endswith("three <mark y>four</mark>")
    for first, last, name, reason in ((0, 1, "y", "in a region already"), (3, 3, "a<b", "cannot be the name")):
        with pytest.raises(Problem, match=reason):
            with_mark(pair, first, last, name)


def test_chinese_words_that_are_chosen_become_marks() -> None:
    """Words that were cut by typed spaces stay as they are, though the spaces go."""
    marked = with_mark(mh.SentencePair("虽然 天 气 不好"), 1, 2, "原因")
    assert marked.source == "虽然<mark 原因>天气</mark>不好"
    again = read_marks(marked)
    assert [word.text for word in again.a.words] == ["虽然", "天", "气", "不好"]
    assert again.marks == (Mark("原因", 1, 3),)


def test_a_text_without_named_marks_stays_as_it_is() -> None:
    for text in ("a </mark> b", "<mark>a</mark>", "a < b"):
        assert without_marks(text) == (text, ())


@pytest.mark.parametrize(
    "text", ["<mark a>one", "<mark a>one <mark b>two</mark></mark>", "<mark a>one</mark> two</mark>"]
)
def test_marks_that_do_not_pair_are_told(text: str) -> None:
    with pytest.raises(Problem, match="no other end, or stands inside another"):
        without_marks(text)


def test_swapped_sentences_take_their_marks_along() -> None:
    pair = read_marks(mh.SentencePair("one <mark x>two three</mark>", "<mark y>four</mark> five"))
    assert pair.turned.marks == (Mark("x", 3, 5), Mark("y", 0, 1))
    assert pair.turned.turned == pair


def test_a_file_holds_marks_and_a_row_with_a_broken_one_is_left_out() -> None:
    rows = 'source,target\n"<mark a>One</mark>, two",three\n"<mark a>One","two"\n'
    upload = read_pairs(("marks.csv", rows.encode()))
    assert [record.pair.source for record in upload.pairs] == ["One, two"]
    assert upload.pairs[0].pair.marks == (Mark("a", 0, 1),)
    assert "no other end" in upload.bad["reason"].iloc[0]


def test_an_axis_has_the_regions_of_its_words() -> None:
    marks = [("p", 1, 2), ("q", 2, 4)]
    assert regions_on(marks, ["a", "a", "b", "b", ""], 2) == ["(other words)", "p", "q", "q", ""]
    assert regions_on(marks, ["b", "b"], 2) == ["q", "q"]


def test_shares_between_regions_are_those_worked_by_hand() -> None:
    # x and z, then yy, which no mark holds.
    member = np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]], dtype=float)
    axis = word_axis(PIECES, SENTENCES, None)
    here = axis.shares @ member
    here = np.column_stack([here, 1 - here.sum(axis=1)])
    shares, even = between_regions(np.array(PATTERN)[None, None], axis, here, member[:, :2], causal=True)
    np.testing.assert_allclose(shares[0, 0], GIVEN)
    np.testing.assert_allclose(even, EVEN)

    of_batch = layer()
    axes = of_batch.axes
    both = np.stack([np.zeros_like(member), member]).astype(np.float32)
    tokens = marked_tokens(axes.key_pieces, both)
    tokens = torch.cat([tokens, axes.key_tokens.float()[..., None] - tokens.sum(dim=-1, keepdim=True)], dim=-1)
    found = between(of_batch, tokens, torch.from_numpy(both[..., :2]))[1, 0].numpy()
    np.testing.assert_allclose(found[..., 0], GIVEN, atol=1e-6)
    np.testing.assert_allclose(found[..., 1], EVEN, atol=1e-6)
    np.testing.assert_allclose(found[..., 2], 1)


def test_a_region_without_words_on_the_axis_has_no_shares() -> None:
    axis = word_axis(PIECES, SENTENCES, None)
    shares, _even = between_regions(
        np.array(PATTERN)[None, None], axis, np.ones((9, 1)), np.array([[1.0, 0], [0, 0], [0, 0]]), causal=True
    )
    assert np.isnan(shares[0, 0, 1]).all()
    assert np.isfinite(shares[0, 0, 0]).all()
