"""Sums of runs: parts merge to the whole, in any order, through a file."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mhattn_core.measures.statistics import bootstrap_weights, interval, quotient, spread
from mhattn_core.runs.chunk import Chunk, PackedMeasure
from mhattn_core.runs.sums import ModelSums, unit_of
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord

LAYOUT = (
    PackedMeasure("basic", "encoder", "x", 0, 3, 2),
    PackedMeasure("basic", "encoder", "y", 0, 3, 2),
    PackedMeasure("basic", "encoder", "x", 1, 3, 2),
)
PLACES = 18


def made(seed: int, pairs: int) -> tuple[np.ndarray, list[PairRecord]]:
    rng = np.random.default_rng(seed)
    records = [
        PairRecord(
            str(n), SentencePair(f"text {rng.integers(50)}", "b"), n, f"book {n // 3}", group="ab"[rng.integers(2)]
        )
        for n in range(pairs)
    ]
    return rng.random((pairs, PLACES)) * (rng.random((pairs, 1)) > 0.2), records


def summed(rows: np.ndarray, records: list[PairRecord], size: int) -> ModelSums:
    sums = ModelSums()
    for start in range(0, len(records), size):
        sums.add_chunk(Chunk(LAYOUT, rows[start : start + size], {}), records[start : start + size])
    return sums


def assert_same(a: ModelSums, b: ModelSums) -> None:
    assert (a.done, a.layout, a.reasons, a.groups.keys()) == (b.done, b.layout, b.reasons, b.groups.keys())
    for group, sums in a.groups.items():
        for part, array in vars(sums).items():
            np.testing.assert_allclose(array, vars(b.groups[group])[part], rtol=1e-12, atol=1e-12)


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), pairs=st.integers(2, 20), size=st.integers(1, 20), data=st.data())
def test_parts_merge_to_the_whole(seed: int, pairs: int, size: int, data: st.DataObject) -> None:
    rows, records = made(seed, pairs)
    whole = summed(rows, records, pairs)
    assert_same(whole, summed(rows, records, size))
    at = data.draw(st.integers(1, pairs - 1))
    first, second = summed(rows[:at], records[:at], size), summed(rows[at:], records[at:], size)
    first.add(second)
    assert_same(whole, first)
    with TemporaryDirectory() as folder:
        whole.save(Path(folder) / "sums" / "0.npz")
        assert_same(whole, ModelSums.load(Path(folder) / "sums" / "0.npz"))


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), pairs=st.integers(2, 20))
def test_values_and_intervals_are_those_of_all_rows_at_once(seed: int, pairs: int) -> None:
    rows, records = made(seed, pairs)
    found = {(values.name, values.group): values for values in summed(rows, records, 3).values()}
    x = np.stack([rows[:, :6], rows[:, 12:]], axis=1).reshape(pairs, 2, 3, 2)
    values = found["x", ""]
    np.testing.assert_allclose(values.value, quotient(x.sum(axis=0)))
    np.testing.assert_array_equal(values.n, (x[..., 1] > 0).sum(axis=0))
    low, high = interval(x, bootstrap_weights([unit_of(record) for record in records]), quotient)
    ours = spread(values.replicates)
    np.testing.assert_allclose(ours[0], low)
    np.testing.assert_allclose(ours[1], high)
    for group in {record.group for record in records}:
        here = [record.group == group for record in records]
        np.testing.assert_allclose(found["x", group].value, quotient(x[here].sum(axis=0)))
