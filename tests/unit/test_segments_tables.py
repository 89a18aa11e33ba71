"""Many documents: what is counted over their summaries' sentences, and the head that is chosen on half of them."""

import numpy as np
import pandas as pd
import pytest

from mhattn_core.measures.segment_tables import Answers, answers_of, best_table, heads_table, hits_of, items_table
from mhattn_core.measures.segments import agreement, agrees, likest
from mhattn_core.measures.statistics import fold

# Two layers with one head each. The first document has words in a proportion of 2:1:1 and sentences of two words and
# one.
FIRST = np.array(
    [[[[0.2, 0.2, 0.0], [0.2, 0.2, 0.0], [0.0, 0.0, 0.4]]], [[[0.4, 0.0, 0.0], [0.4, 0.0, 0.0], [0.0, 0.0, 0.0]]]]
)
# Of the second, with 1:3, the first sentence is like no segment.
SECOND = np.array([[[[0.3, 0.3], [0.0, 0.2]]], [[[0.9, 0.0], [0.3, 0.0]]]])


@pytest.fixture
def two() -> list[Answers]:
    likeness = np.array([[0.1, 0.6, 0.2], [0.1, 0.2, 0.3]])
    return [
        answers_of("a", "A", 3, weights=FIRST, words=np.array([2, 1, 1]), unit=[0, 0, 1], likeness=likeness),
        answers_of(
            "b",
            "B",
            4,
            weights=SECOND,
            words=np.array([1, 3]),
            unit=[0, 1],
            likeness=np.array([[0.0, 0.0], [0.4, 0.2]]),
        ),
    ]


def test_a_unit_that_is_like_no_segment_has_no_answer() -> None:
    right = likest(np.array([[0.0, 0.0, 0.0], [0.1, 0.4, 0.4]]))
    assert right.tolist() == [-1, 1]
    lifts = np.array([[[0.2, -0.2, 0.0], [-0.1, 0.2, -0.1]], [[0.1, 0.0, -0.1], [0.3, 0.0, -0.3]]])
    assert agrees(lifts, right).tolist() == [[False, True], [False, False]]
    assert agreement(lifts, right).tolist() == [1.0, 0.0]
    assert np.isnan(agreement(lifts, np.array([-1, -1]))).all()


def test_what_heads_do_at_one_summary(two: list[Answers]) -> None:
    first, second = two
    assert first.likest.tolist() == [1, 2]
    assert first.hits.tolist() == [[[True, True]], [[False, False]]]
    np.testing.assert_allclose(first.on_likest, [[[0.25, 0.75]], [[-0.25, np.nan]]])
    np.testing.assert_allclose(first.on_lead, [[[0.0, -0.5]], [[0.5, np.nan]]])
    assert second.likest.tolist() == [0]
    # Middles of sentences lie at 1/4 and 3/4 of a summary: of three segments the first and the last, of two (the first
    # left out) the second.
    assert [first.in_order.tolist(), second.in_order.tolist()] == [[0, 2], [1]]
    assert second.hits.tolist() == [[[False]], [[True]]]


def test_measures_are_means_over_sentences(two: list[Answers]) -> None:
    table = heads_table("m", "cross", "awo", two)
    assert set(table["n"]) == {2}
    values = table.pivot(index="measure", columns="layer", values="value")
    assert values.loc["agreement"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert values.loc["agreement.lead"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert values.loc["agreement.order"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert values.loc["agreement.shuffled"].tolist() == pytest.approx([7 / 18, 7 / 18])  # 1/3, 1/3 and 1/2
    assert values.loc["lift.likest"].tolist() == pytest.approx([0.25, 0.25])  # (1/4 + 3/4 - 1/4) / 3; (-1/4 + 3/4) / 2
    assert values.loc["lift.lead"].tolist() == pytest.approx([-0.25, 0.625])
    # So few documents carry no interval.
    assert table[["low", "high"]].isna().all(axis=None)
    assert heads_table("m", "cross", "awo", []).empty


def test_every_sentence_keeps_a_bit_a_head(two: list[Answers]) -> None:
    items = items_table("m", "cross", "awo", two)
    kept = items[["id", "fold", "unit", "segments", "likest", "in_order"]].values.tolist()
    assert kept == [["a", 3, 0, 3, 1, 0], ["a", 3, 1, 3, 2, 2], ["b", 4, 0, 2, 0, 1]]
    assert hits_of(items, 2).tolist() == [[True, False], [True, False], [False, True]]


def many(documents: int, *, right: float) -> list[Answers]:
    """Heads of 2 × 3 that guess among five segments, and L1 H2, which is right so often."""
    random = np.random.default_rng(0)
    made = []
    for number in range(documents):
        chance = np.full((2, 3, 4), 0.2)
        chance[1, 2] = right
        hits = random.random(chance.shape) < chance
        lifts = np.zeros(chance.shape)
        made.append(
            Answers(
                str(number),
                str(number),
                fold(str(number)),
                hits,
                lifts,
                lifts,
                random.integers(0, 5, 4),
                np.arange(4),
                5,
            )
        )
    return made


def test_the_best_head_is_reported_on_documents_that_did_not_choose_it() -> None:
    row = best_table("m", "decoder", "awo", many(300, right=0.7)).iloc[0]
    assert (row["layer"], row["head"], row["wins"]) == (1, 2, 1.0)
    assert row["held_out"] == pytest.approx(0.7, abs=0.03)
    assert row["baseline"] == pytest.approx(0.2, abs=0.03)
    assert row["gain"] == pytest.approx(row["held_out"] - row["baseline"], abs=0.01)
    assert row["low"] < row["gain"] < row["high"]
    assert row["shuffle"] == pytest.approx(0.2)
    # It has not been compared with random weights, so no more is claimed.
    assert (row["verdict"], row["reason"]) == ("insufficient data", "no random controls")


def test_heads_that_guess_are_no_evidence_and_few_sentences_give_no_number() -> None:
    guessing = best_table("m", "decoder", "awo", many(300, right=0.2)).iloc[0]
    assert (guessing["verdict"], guessing["reason"]) == ("no evidence", "interval")
    few = best_table("m", "decoder", "awo", many(20, right=0.9))
    assert few.iloc[0]["reason"] == "few items"
    assert few[["held_out", "gain", "low", "high", "baseline", "wins"]].isna().all(axis=None)
    assert best_table("m", "decoder", "awo", []).empty


def test_tables_of_no_document_join_those_of_others(two: list[Answers]) -> None:
    both = pd.concat([items_table("a", "cross", "awo", two), items_table("b", "", "awo", [])], ignore_index=True)
    assert both["unit"].tolist() == [0, 1, 0]
