"""What the chart of a summary and its segments says, read back from its specification, and the tables behind it."""

from dataclasses import replace

import numpy as np
import pytest
from drawn import rows, spec

from mhattn_core import charts
from mhattn_core.attention.segments import SegmentPart, SegmentWeights
from mhattn_core.charts.segment_matrix import ends
from mhattn_core.findings.summarisation.document import DocumentAttention, DocumentInput, cells, seams, totals
from mhattn_core.text.documents import Document
from mhattn_core.text.words import cut

DOCUMENT = Document(("Rain fell on the hills all day", "The harvest failed", "Bread became dear in town"))
GIVEN = DocumentInput(DOCUMENT, cut("The harvest failed. Bread became dear."))
# One layer of two heads; eight words with their full stops, three segments of 7, 3 and 5 words.
TAKEN = np.full((1, 2, 8, 3), 0.1, dtype=np.float32)
TAKEN[0, 0, 1] = 0.1, 0.6, 0.1
TAKEN[0, 0, 5] = 0.2, 0.2, 0.0
TAKEN[0, 1, 2] = 0.0
FOUND = DocumentAttention(
    "m",
    "r",
    GIVEN,
    SegmentWeights(
        "decoder", TAKEN, np.full((1, 2, 8), 0.3, dtype=np.float32), np.array([7, 3, 5]), ((SegmentPart(0, 0, 7),),)
    ),
)


def test_a_cell_is_a_share_less_the_share_of_words() -> None:
    table = cells(GIVEN, FOUND.taken(0, 0), by="words")
    assert len(table) == 8 * 3
    harvest = table[table["row"] == 1]
    assert harvest["share"].tolist() == pytest.approx([0.125, 0.75, 0.125])
    assert harvest["lift"].tolist() == pytest.approx([0.125 - 7 / 15, 0.75 - 3 / 15, 0.125 - 5 / 15])
    assert harvest["likest"].tolist() == [False, True, False]
    assert table[table["row"] == 5]["likest"].tolist() == [False, False, True]


def test_sentences_are_means_over_their_words_and_heads_can_be_averaged() -> None:
    table = cells(GIVEN, FOUND.taken(0, 0), by="sentences")
    weights = np.array([3 * [0.1], [0.1, 0.6, 0.1], 3 * [0.1], 3 * [0.1]]).mean(axis=0)
    assert table[table["row"] == 0]["share"].tolist() == pytest.approx((weights / weights.sum()).tolist())
    assert table["part"].unique().tolist() == ["The harvest failed.", "Bread became dear."]
    assert FOUND.taken()[1].tolist() == pytest.approx([0.1, 0.35, 0.1])
    assert FOUND.taken(0).tolist() == FOUND.taken().tolist()


def test_segments_that_are_too_many_are_joined_and_their_sums_kept() -> None:
    one, joined = (cells(GIVEN, FOUND.taken(0, 0), by="words", most=most) for most in (3, 2))
    assert joined[joined["row"] == 1]["segment"].tolist() == ["1–2", "3"]
    assert joined[joined["row"] == 1]["share"].tolist() == pytest.approx([0.875, 0.125])
    assert joined[joined["row"] == 1]["likest"].tolist() == [True, False]
    for column in ("share", "length", "lift"):
        assert joined.groupby("row")[column].sum().tolist() == pytest.approx(one.groupby("row")[column].sum().tolist())
    assert joined.groupby("row")["lift"].sum().abs().max() < 1e-6


@pytest.mark.parametrize(("segments", "apart"), [(12, 1), (60, 2), (150, 5)])
def test_names_of_groups_do_not_touch(segments: int, apart: int) -> None:
    document = Document(tuple(f"Rain fell in year {number}" for number in range(segments)))
    table = cells(replace(GIVEN, document=document), np.full((8, segments), 0.1), by="words")
    axis = spec(charts.segment_matrix(table, value="lift"))["layer"][0]["encoding"]["x"]["axis"]
    places, names = axis["values"], table.drop_duplicates("column")["segment"].tolist()
    assert places == list(range(0, len(names), apart))
    # A line of names is about 500 pixels wide, and a sign of them 6.
    assert max(len(names[place]) for place in places) * 6 < 500 / len(names) * apart


def test_a_word_that_gives_the_document_nothing_has_no_cell() -> None:
    table = cells(GIVEN, FOUND.taken(0, 1), by="words")
    assert table[table["row"] == 2]["share"].isna().all()
    written = spec(charts.segment_matrix(table, value="lift"))
    assert {row["row"] for row in rows(written)} == {0, 1, 3, 4, 5, 6, 7}


def test_the_scale_is_fixed_and_the_marks_are_drawn() -> None:
    table = cells(GIVEN, FOUND.taken(0, 0), by="words")
    written = spec(charts.segment_matrix(table, value="lift", seams=[0.5], chosen=1, clicks=3))
    cell, white, black, _seam, _frame, pointed = written["layer"]
    colour = cell["encoding"]["color"]["scale"]
    assert (colour["scheme"], colour["domain"]) == ("purpleorange", [-ends(3)["lift"], ends(3)["lift"]])
    assert cell["encoding"]["x"]["scale"]["domain"] == [-0.5, 2.5]
    assert cell["encoding"]["y"]["scale"]["domain"] == [-0.5, 7.5]
    assert white["mark"]["shape"] == black["mark"]["shape"] == "diamond"
    assert [(row["left"], row["top"]) for row in rows(written, 2)] == [(1, number) for number in range(4)] + [
        (2, number) for number in range(4, 8)
    ]
    assert rows(written, 3) == [{"left": 0.5}]
    assert rows(written, 4)[0]["top"] == 0.5
    assert pointed["mark"]["opacity"] == 0  # above all marks, so that none takes its clicks
    assert written["params"][0]["select"]["fields"] == ["row", "clicks"]
    shares = spec(charts.segment_matrix(table, value="share"))["layer"][0]["encoding"]["color"]["scale"]
    assert (shares["scheme"], shares["domain"]) == ("viridis", [0, 1.0])


def test_colours_end_where_only_the_number_of_segments_says() -> None:
    assert ends(5) == {"lift": 0.5, "share": 0.8}
    assert ends(2)["share"] == 1
    assert ends(60) == {"lift": 0.1, "share": 0.1}


def test_seams_stand_between_segments_or_inside_one() -> None:
    windows = ((SegmentPart(0, 0, 7), SegmentPart(1, 0, 2)), (SegmentPart(1, 2, 3),), (SegmentPart(2, 0, 5),))
    found = replace(FOUND, weights=replace(FOUND.weights, windows=windows))
    assert seams(found) == [1.0, 1.5]
    assert seams(FOUND) == []


def test_where_a_words_attention_goes_adds_up_to_one() -> None:
    table = totals(FOUND, 0, 0)
    assert list(table)[1:] == ["to the document", "to the summary itself", "to special tokens"]
    assert table.iloc[1, 1:].tolist() == pytest.approx([0.8, 0.3, -0.1])
    assert table.iloc[:, 1:].sum(axis=1).tolist() == pytest.approx([1.0] * 8)


def test_hits_count_only_sentences_that_are_like_a_segment() -> None:
    assert FOUND.hits.shape == (1, 2, 2)
    assert FOUND.hits[0, 0].tolist() == [True, False]
    other = replace(FOUND, given=replace(GIVEN, summary=cut("The harvest failed. Zebras quietly vanished .")))
    assert other.given.likest.tolist() == [1, -1]
    assert other.hits.shape == (1, 2, 1)
