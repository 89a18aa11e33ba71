"""Intervals of a run: over documents where they are known, none from few, and an exact bound where all are alike."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL
from mhattn_core.runs.chunk import Chunk, PackedMeasure
from mhattn_core.runs.run import heads_from_sums
from mhattn_core.runs.sums import MOST_UNITS, ModelSums
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

DOCUMENTS, SENTENCES, WORDS, HEADS = 120, 6, 10, 500


def records(documents: int, sentences: int, corpus: str = "") -> list[PairRecord]:
    return [
        PairRecord(
            f"{document}-{number}",
            SentencePair(f"{corpus} text {document} {number}"),
            number,
            f"{corpus} book {document}",
        )
        for document in range(documents)
        for number in range(sentences)
    ]


def without_documents(known: list[PairRecord]) -> list[PairRecord]:
    return [replace(record, document="") for record in known]


def table(values: np.ndarray, known: list[PairRecord], name: str = "entropy", size: int = 256) -> pd.DataFrame:
    """values ``[pair, head]``: each pair's mean over ten words."""
    rows = np.stack([values * WORDS, np.full(values.shape, WORDS)], axis=-1).reshape(len(values), -1)
    layout = (PackedMeasure("basic", "encoder", name, 0, values.shape[1], 2),)
    sums = ModelSums()
    for start in range(0, len(known), size):
        sums.add_chunk(Chunk(layout, rows[start : start + size], {}), known[start : start + size])
    return heads_from_sums("m", sums)


def coverage(known: list[PairRecord], seed: int) -> float:
    """Share of intervals that hold the truth, of 500 heads that are 500 studies: documents differ by half as much as
    sentences.
    """
    random = np.random.default_rng(seed)
    documents = np.repeat(random.normal(0, 0.5, (DOCUMENTS, HEADS)), SENTENCES, axis=0)
    found = table(2 + documents + random.normal(0, 1, documents.shape), known)
    return float(((found["low"] <= 2) & (found["high"] >= 2)).mean())


def test_documents_are_what_is_resampled_and_sentences_would_be_too_few() -> None:
    by_document, by_sentence = [], []
    for trial in range(4):
        known = records(DOCUMENTS, SENTENCES, f"corpus {trial}")
        by_document.append(coverage(known, trial))
        by_sentence.append(coverage(without_documents(known), trial))
    assert 0.92 <= np.mean(by_document) <= 0.97
    assert np.mean(by_sentence) < 0.88


def test_no_interval_from_few_documents_however_many_their_sentences() -> None:
    random = np.random.default_rng(0)
    for documents in (FEWEST_FOR_INTERVAL - 1, FEWEST_FOR_INTERVAL):
        known = records(documents, 8)
        found = table(random.random((len(known), 3)), known)
        assert (found["n"] == len(known)).all()
        assert found[["low", "high"]].notna().all(axis=None) == (documents == FEWEST_FOR_INTERVAL)
        assert found["value"].notna().all()


def test_equal_texts_count_as_one() -> None:
    known = [PairRecord(str(number), SentencePair("The same."), number) for number in range(200)]
    assert table(np.random.default_rng(1).random((200, 2)), known)["low"].isna().all()


def test_a_value_of_few_pairs_has_none_where_others_have() -> None:
    known = without_documents(records(100, 1))
    layout = (PackedMeasure("basic", "encoder", "entropy", 0, 2, 2),)
    rows = np.tile(np.array([1.0, 1.0, 1.0, 1.0]), (100, 1)) * np.random.default_rng(2).random((100, 1))
    rows[20:, 2:] = 0
    sums = ModelSums()
    sums.add_chunk(Chunk(layout, rows, {}), known)
    found = heads_from_sums("m", sums)
    assert found["n"].tolist() == [100, 20]
    assert found["low"].isna().tolist() == [False, True] or found["low"].isna().tolist() == [True, True]


@pytest.mark.parametrize(("value", "ends"), [(1.0, (None, 1.0)), (0.0, (0.0, None))])
def test_where_all_are_alike_a_share_has_the_exact_bound(value: float, ends: tuple[float | None, float | None]) -> None:
    known = records(60, 3)
    exact = binomtest(round(value * 60), 60).proportion_ci(0.95, method="exact")
    found = table(np.full((180, 1), value), known, "confidence").iloc[0]
    assert found["low"] == pytest.approx(exact.low if ends[0] is None else ends[0])
    assert found["high"] == pytest.approx(exact.high if ends[1] is None else ends[1])


def test_of_what_is_no_share_nothing_can_be_excluded() -> None:
    found = table(np.full((180, 1), 3.0), records(60, 3), "distance").iloc[0]
    assert np.isnan(found["low"])
    assert np.isnan(found["high"])


def test_units_merge_and_are_counted_exactly_up_to_a_thousand(tmp_path: Path) -> None:
    known = records(80, 4) + without_documents(records(70, 1, "single"))
    layout = (PackedMeasure("basic", "encoder", "entropy", 0, 1, 2),)
    rows = np.ones((len(known), 2))
    rows[-1] = 0  # a pair that the model could not take
    whole, parts = ModelSums(), ModelSums()
    whole.add_chunk(Chunk(layout, rows, {}), known)
    for start in range(0, len(known), 7):
        part = ModelSums()
        part.add_chunk(Chunk(layout, rows[start : start + 7], {}), known[start : start + 7])
        parts.add(part)
    whole.save(tmp_path / "sums.npz")
    for sums in (whole, parts, ModelSums.load(tmp_path / "sums.npz")):
        assert [values.units for values in sums.values()] == [149]
    many = without_documents(records(1100, 1))
    sums = ModelSums()
    sums.add_chunk(Chunk(layout, np.ones((1100, 2)), {}), many)
    assert sums.values()[0].units == MOST_UNITS
