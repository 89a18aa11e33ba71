"""Runs that are killed and go on end with the very tables of one that was not."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from tiny import put_model

import mhattn_core as mh
from mhattn_core.runs.run import Run

# A process that has imported everything forks one for each attempt, since importing takes longer than measuring.
ATTEMPTS = """
import json, os, signal, sys, traceback
import torch
import mhattn_core.runs.model_sums as sums
import mhattn_core.runs.where as where
from mhattn_core.runs.analyze import analyze
from mhattn_core.text.pair import SentencePair

PAIRS = [SentencePair("the cat sat " * (n % 5 + 1), "it slept" if n % 3 else "") for n in range(10)]
torch.set_num_threads(1)  # a forked process has none of the threads that its parent started
where.CHUNK, sums.SECONDS_BETWEEN_SAVES = 4, 0.0
fsync, writes = os.fsync, 0

def measure(model, folder, last_write, last_pair):
    def die_or_write(file):
        global writes
        writes += 1
        if writes == last_write:
            os.kill(os.getpid(), signal.SIGKILL)
        fsync(file)

    def die_or_go_on(progress):
        if last_pair is not None and progress.done >= last_pair:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = die_or_write
    analyze([model, f"{model}@random"], PAIRS, out=folder, device="cpu", progress=die_or_go_on)

for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            measure(*json.loads(line))
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

Attempt = Callable[..., int]


@pytest.fixture(scope="module")
def attempt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attempt]:
    """Measures ten pairs with two tiny networks into ``folder`` in a process of its own, and returns how that ended: killed at
    its ``write``-th write, or once ``pairs`` pairs are done, or by itself.
    """
    model = str(put_model(tmp_path_factory.mktemp("tiny") / "model"))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", ATTEMPTS], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    requests, answers = process.stdin, process.stdout

    def attempt(folder: Path, *, write: int | None = None, pairs: int | None = None) -> int:
        requests.write(json.dumps([model, str(folder), write, pairs]) + "\n")
        requests.flush()
        return int(answers.readline())

    yield attempt
    process.communicate()


@pytest.fixture(scope="module")
def whole(attempt: Attempt, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("killed") / "whole"
    assert attempt(folder) == 0
    return Run.open(folder)


def assert_same(folder: Path, whole: Run) -> None:
    """Bit for bit: pairs are added in the same order whenever the work was stopped."""
    run = Run.open(folder)
    for table in ("heads", "pairs", "skipped"):
        pd.testing.assert_frame_equal(getattr(run, table), getattr(whole, table), check_exact=True)
    assert not list(folder.rglob("*.part"))


def test_killed_at_one_write_after_another_it_ends_with_the_same_tables(
    attempt: Attempt, whole: Run, tmp_path: Path
) -> None:
    """The first process dies at its second write, the next at its fourth …: each time with a file written beside and
    not yet renamed.
    """
    write = 2
    while (ended := attempt(tmp_path / "run", write=write)) == -signal.SIGKILL:
        with pytest.raises(mh.Problem):
            Run.open(tmp_path / "run")
        write += 2
    assert ended == 0
    assert write > 6  # at the manifest, at sums, at tables
    assert_same(tmp_path / "run", whole)


def test_killed_twice_between_pairs_it_ends_with_the_same_tables(attempt: Attempt, whole: Run, tmp_path: Path) -> None:
    # In the first model and in the second.
    for pairs in (6, 14):
        assert attempt(tmp_path / "run", pairs=pairs) == -signal.SIGKILL
    assert attempt(tmp_path / "run") == 0
    assert_same(tmp_path / "run", whole)
