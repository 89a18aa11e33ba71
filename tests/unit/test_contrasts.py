"""Pairs of openings, and those that two sentences of a reader make."""

import json
from collections import Counter
from pathlib import Path

import pytest

from mhattn_core.runs.studies.patching import _asked
from mhattn_core.text.contrasts import Contrast, contrast_of, contrasts
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import read_pairs


def test_openings_of_a_contrast_differ_and_are_enough_for_an_interval() -> None:
    openings = {(one.relation, *sorted((one.clean, one.corrupt)), one.source) for one in contrasts()}
    counts = Counter(relation for relation, *_rest in openings)
    assert set(counts) == {"nsubj", "det", "obj", "ioi", "connective_partner"}
    assert min(counts.values()) >= 30
    for one in contrasts():
        assert one.clean != one.corrupt
        assert one.good != one.bad
        assert len(one.clean.split()) == len(one.corrupt.split())


def test_good_and_bad_words_take_turns() -> None:
    """Else a model that always says the one would seem to know."""
    for relation in ("nsubj", "det", "obj", "ioi", "connective_partner"):
        own = [one for one in contrasts() if one.relation == relation]
        first = Counter(one.good < one.bad for one in own)
        assert first[True] == first[False] or abs(first[True] - first[False]) <= len(own) / 3, relation


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("The sisters bake bread.", "The sister bake bread.", ("The sisters", "The sister", "bake")),
        ("These old cars rust.", "This old cars rust.", ("These", "This", "old")),
        ("She has seen him here.", "She is going to see him here.", None),
        ("The cat sleeps.", "The cat sleep.", None),
        ("The cat sleeps.", "The cat sleeps.", None),
        ("A man came in.", "It rained all day.", None),
    ],
)
def test_two_sentences_make_a_contrast(good: str, bad: str, expected: tuple[str, str, str] | None) -> None:
    found = contrast_of(SentencePair(good, bad), "mine")
    assert found == (None if expected is None else Contrast("mine", *expected))


def test_minimal_pairs_of_a_reader_are_read_by_their_columns(tmp_path: Path) -> None:
    """As BLiMP names them. What follows nothing, or differs throughout, is no contrast."""
    rows = [
        {"sentence_good": "The farmers near the road sing.", "sentence_bad": "The farmer near the road sing."},
        {"sentence_good": "These long boats sink.", "sentence_bad": "This long boats sink."},
        {"sentence_good": "Anna found this cup.", "sentence_bad": "Anna found this cups."},
    ]
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(json.dumps(row | {"UID": "agreement", "pairID": str(n)}) for n, row in enumerate(rows)))
    records = read_pairs(file).pairs
    assert [record.group for record in records] == ["agreement"] * 3
    own = [one for one in _asked(records) if one.relation == "agreement"]
    assert own == [
        Contrast("agreement", "The farmers", "The farmer", "near"),
        Contrast("agreement", "These", "This", "long"),
    ]
    (tmp_path / "two.csv").write_text("good,bad\nThe old dogs bark.,The old dog bark.\n")
    (record,) = read_pairs(tmp_path / "two.csv").pairs
    assert contrast_of(record.pair) == Contrast("own", "The old dogs", "The old dog", "bark")
