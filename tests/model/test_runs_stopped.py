"""Runs that cannot go on as they were meant to: bad pairs, a folder that another process holds, a full disk."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from run_pairs import PAIRS

import mhattn_core as mh
from mhattn_core.attention.batches import feed_all
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.runs.progress import Progress
from mhattn_core.text.reading import PairRecord


def test_what_cannot_be_measured_is_skipped_with_its_line(minilm: mh.Model, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(
        "source,target\nThe cat slept.,It was tired.\n,nothing\n" + "word " * 700 + ",long\nA dog ran.,\n",
        encoding="utf-8",
    )
    run = analyze([minilm], file, out=tmp_path / "run", keep_sentences=False)
    assert run.skipped["line"].tolist() == [3, 4]
    assert run.skipped["model"].tolist() == ["", "minilm"]
    assert "tokens" in run.skipped["reason"].iloc[1]
    assert run.heads["n"].max() == 2
    assert "source" not in run.pairs


def test_a_pair_that_fails_takes_no_others_with_it(minilm: mh.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [record.pair for record in PAIRS[:6]]
    expected = measure_chunk(minilm, pairs, ["basic"]).rows
    rows, _problems = feed_all(minilm, pairs)
    bad = rows[2].inputs["input_ids"]
    forward = type(minilm.network).forward

    def failing(self: object, input_ids: torch.Tensor, **inputs: object) -> object:
        if any(row[: len(bad)] == bad for row in input_ids.tolist()):
            raise torch.OutOfMemoryError("no more")
        return forward(self, input_ids=input_ids, **inputs)

    monkeypatch.setattr(type(minilm.network), "forward", failing)
    chunk = measure_chunk(minilm, pairs, ["basic"])
    assert list(chunk.reasons) == [2]
    assert "memory" in chunk.reasons[2]
    assert not chunk.rows[2].any()
    expected[2] = 0
    np.testing.assert_allclose(chunk.rows, expected, rtol=1e-4, atol=1e-4)


HOLD = """
import sys
from pathlib import Path
from mhattn_core.runs.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_of_the_first_and_a_dead_one_holds_nothing(minilm: mh.Model, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(mh.Problem, match=f"process {process.pid}"):
        analyze([minilm], PAIRS[:2], out=tmp_path / "run")
    process.kill()
    process.communicate()
    assert analyze([minilm], PAIRS[:2], out=tmp_path / "run").heads["n"].max() == 2


def test_a_full_disk_is_said_and_keeps_what_was_finished(
    minilm: mh.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mhattn_core.runs.where.CHUNK", 8)
    monkeypatch.setattr("mhattn_core.runs.model_sums.SECONDS_BETWEEN_SAVES", 0.0)
    saves = 0
    save = np.savez

    def full(file: object, **arrays: np.ndarray) -> None:
        nonlocal saves
        saves += 1
        if saves > 2:
            raise OSError(28, "No space left on device")
        save(file, **arrays)

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(mh.Problem, match="is full"):
        analyze([minilm], PAIRS, out=tmp_path / "run")
    monkeypatch.undo()
    seen: list[Progress] = []
    analyze([minilm], PAIRS, out=tmp_path / "run", progress=seen.append)
    assert seen[0].done == 16


def test_a_folder_that_cannot_be_written_is_said(minilm: mh.Model, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(mh.Problem, match="cannot be written"):
        analyze([minilm], PAIRS[:2], out=tmp_path / "file" / "run")


def test_unknown_measures_no_pairs_and_too_many_groups_are_refused(minilm: mh.Model, tmp_path: Path) -> None:
    with pytest.raises(mh.Problem, match="not known: sparkle"):
        analyze([minilm], PAIRS, out=tmp_path / "run", measures=["sparkle"])
    with pytest.raises(mh.Problem, match="no pairs"):
        analyze([minilm], [], out=tmp_path / "run")
    with pytest.raises(mh.Problem, match="21 groups"):
        analyze(
            [minilm],
            [PairRecord(str(n), mh.SentencePair("a"), n, group=str(n)) for n in range(21)],
            out=tmp_path / "run",
        )
    assert not (tmp_path / "run").exists()
