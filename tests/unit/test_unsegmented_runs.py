"""Pairs whose words cannot be told are left out of a run, with the reason."""

import pytest

from mhattn_core import Problem, SentencePair
from mhattn_core.runs.corpus import records_of
from mhattn_core.text import segmenters

THAI = "แมวนั่งบนเสื่อ"


@pytest.fixture(autouse=True)
def _no_dictionaries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "has_dictionaries", lambda: False)


def test_a_run_skips_pairs_whose_words_are_not_known() -> None:
    pairs = [SentencePair("One.", "Two."), SentencePair("One.", THAI), SentencePair("Three.")]
    records, bad = records_of(pairs)
    assert [record.line for record in records] == [1, 3]
    assert list(bad.itertuples(index=False, name=None)) == [(2, "Where words of Thai end is not known here.")]


def test_a_cut_that_is_given_is_measured() -> None:
    records, bad = records_of([SentencePair(THAI, source_words=("แมว", "นั่ง", "บน", "เสื่อ"))])
    assert len(records) == 1
    assert bad.empty


def test_nothing_left_says_what_to_do() -> None:
    with pytest.raises(Problem, match="icu4py"):
        records_of([SentencePair(THAI)])
