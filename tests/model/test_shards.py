"""A corpus in shards gives what the same pairs give in memory, wherever it stops and whoever goes on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_ray import OnFakeRay
from tiny import put_model

import mhattn_core as mh
from mhattn_core.runs import shards
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.progress import Cancelled, Progress
from mhattn_core.runs.shard_reading import halves, read_shard
from mhattn_core.runs.shard_sums import ShardSums
from mhattn_core.runs.shards import ShardedPairs, is_sharded

ROWS = [
    {
        "source": f"The cat {'sat ' * (number % 4)}{number}",
        "target": "It slept." * (number % 3),
        "group": "ab"[number % 2],
    }
    for number in range(90)
]


@pytest.fixture(scope="module", autouse=True)
def _small_shards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "ROWS", 8)
        patch.setattr(shards, "BYTES", 500)
        yield


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "inside").mkdir()
    pq.write_table(pa.Table.from_pylist(ROWS[:50]), folder / "inside" / "a.parquet", row_group_size=30)
    with (folder / "b.jsonl").open("w") as file:
        for row in [*ROWS[50:], {"target": "no source"}]:
            file.write(json.dumps(row) + "\n")
        file.write("broken\n")
    (folder / "_SUCCESS.jsonl").write_text("none of ours")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    return mh.load(str(put_model(tmp_path_factory.mktemp("shards") / "model")), "cpu")


@pytest.fixture(scope="module")
def whole(model: mh.Model, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    return analyze([model], str(corpus), out=tmp_path_factory.mktemp("whole") / "run", keep_sentences=False)


@contextmanager
def interrupted(after: int) -> Iterator[dict[str, Any]]:
    """Arguments with which a run stops after so many pairs."""
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        yield {"progress": seen.append, "cancel": lambda: seen[-1].done > after}


def same(run: mh.Run, expected: mh.Run, rtol: float = 1e-9) -> None:
    pd.testing.assert_frame_equal(run.heads, expected.heads, rtol=rtol, atol=1e-12)
    pd.testing.assert_frame_equal(run.skipped, expected.skipped)
    assert run.manifest.pairs == expected.manifest.pairs


def test_shards_hold_every_row_once(corpus: Path) -> None:
    pairs = ShardedPairs(str(corpus))
    assert {Path(name).name for name, _size in pairs.found} == {"a.parquet", "b.jsonl"}
    read = [read_shard(shard) for shard in pairs.shards]
    sources = [record.pair.source for records, _bad in read for record in records]
    assert sorted(sources) == sorted(row["source"].strip() for row in ROWS)
    ids = [record.id for records, _bad in read for record in records]
    assert len(set(ids)) == len(ROWS)
    assert {"a.parquet:1", "a.parquet:50", "b.jsonl:0"} <= set(ids)
    assert ["JSON" in reason for _records, bad in read for _line, reason, _id in bad] == [False, True]
    assert all(shard.rows <= 8 for shard in pairs.shards if shard.group >= 0)
    # A pattern names some of them.
    assert ShardedPairs(f"{corpus}/*.jsonl").rows < ShardedPairs(str(corpus)).rows
    assert ShardedPairs(f"{corpus}/*/a*.parquet").rows == 50
    assert is_sharded(f"{corpus}/*.jsonl")
    assert is_sharded(corpus)
    assert is_sharded("hf://datasets/a/b")
    assert not is_sharded(str(corpus / "b.jsonl"))


def test_halves_are_the_whole(corpus: Path) -> None:
    for shard in ShardedPairs(str(corpus)).shards:
        kept, waiting = [], [shard]
        while waiting:
            one = waiting.pop()
            waiting += halves(one) or ()
            kept += [] if halves(one) else [*read_shard(one)[0], *read_shard(one)[1]]
        assert len(kept) == sum(map(len, read_shard(shard)))


def test_shards_measure_what_a_list_measures(whole: mh.Run, model: mh.Model, tmp_path: Path) -> None:
    listed = [
        mh.read_pairs(("rows.jsonl", "\n".join(map(json.dumps, ROWS)).encode())).pairs[place]
        for place in range(len(ROWS))
    ]
    run = analyze([model], listed, out=tmp_path / "run")
    order = ["model", "stack", "group", "measure", "layer", "head"]
    heads = [one.heads.sort_values(order, ignore_index=True) for one in (whole, run)]
    pd.testing.assert_frame_equal(*heads, rtol=1e-5, atol=1e-7)
    assert whole.manifest.pairs == len(ROWS)
    assert set(whole.heads["group"]) == {"", "a", "b"}
    assert whole.skipped["id"].str.startswith("b.jsonl:").tolist() == [True, True]


def test_a_run_that_keeps_no_sentences_leaves_none(whole: mh.Run) -> None:
    assert "source" not in whole.pairs
    assert len(whole.pairs) == len(ROWS)
    for file in whole.folder.rglob("*"):
        assert not file.is_file() or b"The cat" not in file.read_bytes(), file


def test_stopped_anywhere_it_goes_on_with_the_shards_that_are_left(
    whole: mh.Run, model: mh.Model, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mhattn_core.runs.model_sums.SECONDS_BETWEEN_SAVES", 0.0)
    for after in (20, 60):
        with interrupted(after) as arguments:
            analyze([model], str(corpus), out=tmp_path / "run", keep_sentences=False, **arguments)
    begun = ShardSums.load(tmp_path / "run" / "sums" / "0.npz")
    assert 20 < begun.done < len(ROWS)
    same(analyze([model], str(corpus), out=tmp_path / "run", keep_sentences=False), whole)
    done = ShardSums.load(tmp_path / "run" / "sums" / "0.npz")
    assert done.shards == set(range(len(pd.read_parquet(tmp_path / "run" / "shards.parquet"))))


@pytest.mark.parametrize(("seed", "count"), [(0, 1), (1, 4), (2, 16)])
def test_workers_that_die_change_nothing(
    seed: int, count: int, whole: mh.Run, model: mh.Model, corpus: Path, tmp_path: Path
) -> None:
    where = OnFakeRay(model, seed, count)
    name = model.name
    run = analyze([name], str(corpus), out=tmp_path / "run", keep_sentences=False, where=where)
    assert where.ray.killed
    same(run, whole)


def test_studies_are_made_over_the_sample(model: mh.Model, corpus: Path, tmp_path: Path) -> None:
    run = analyze([model], f"{corpus}/*.jsonl", out=tmp_path / "run", measures=("basic", "fusion"))
    assert len(run.pairs) == 40
    assert np.isfinite(run.table("fusion").select_dtypes("number")).any().any()
    with pytest.raises(mh.Problem, match="basic"):
        analyze([model], f"{corpus}/*.jsonl", out=tmp_path / "studies", measures=("fusion",))


def test_what_is_not_there_or_no_table_is_a_problem(model: mh.Model, tmp_path: Path) -> None:
    with pytest.raises(mh.Problem, match="no pairs"):
        analyze([model], str(tmp_path), out=tmp_path / "one")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(mh.Problem, match="damaged"):
        analyze([model], f"{tmp_path}/*.parquet", out=tmp_path / "two")
    with pytest.raises(mh.Problem, match="cannot be read"):
        analyze([model], "nothing://bucket/a*.parquet", out=tmp_path / "three")
