"""Sums measured by the workers of a Ray cluster: the same table, whatever dies on the way."""

import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import pandas as pd
import psutil
import pytest
from tiny import put_model

import mhattn_core as mh
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.on_ray import OnRay, from_environment
from mhattn_core.runs.progress import Cancelled, Progress
from mhattn_core.runs.where import HERE

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")

PATIENCE = 120  # seconds: how long a busy machine may take before the test gives up
PAIRS = [
    mh.SentencePair("The cat sat on the mat " * (number % 5 + 1) + f"at {number}.", "It slept." if number % 3 else "")
    for number in range(130)
]


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    yield
    shut_down()


def shut_down() -> None:
    import ray  # not before OnRay has said how

    ray.shutdown()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(put_model(tmp_path_factory.mktemp("ray") / "model"))


@pytest.fixture(scope="module")
def here(model: str, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    return analyze([model], PAIRS, out=tmp_path_factory.mktemp("here") / "run", device="cpu")


TOLD: list[Progress] = []


@pytest.fixture(scope="module")
def undisturbed(model: str, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    return analyze([model], PAIRS, out=folder, where=OnRay(workers=2), progress=TOLD.append)


def assert_same(run: mh.Run, expected: mh.Run) -> None:
    """Batches of other pairs differ by the rounding of float32."""
    pd.testing.assert_frame_equal(run.heads, expected.heads, rtol=1e-6, atol=1e-9)
    pd.testing.assert_frame_equal(run.skipped, expected.skipped)


def workers() -> list[psutil.Process]:
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("ray::_Worker")
    ]


def test_two_workers_find_what_one_process_finds(here: mh.Run, undisturbed: mh.Run) -> None:
    assert_same(undisturbed, here)
    done = [one.done for one in TOLD]
    assert done == sorted(done)
    assert done[-1] == len(PAIRS)
    assert len(set(done)) > 4  # it is told on the way


def test_a_cluster_of_this_machine_is_heard_on_this_machine_alone(undisturbed: mh.Run) -> None:
    import ray

    assert undisturbed.models
    assert [node["NodeManagerAddress"] for node in ray.nodes()] == ["127.0.0.1"]


def test_a_worker_that_is_killed_loses_nothing_and_cancelled_it_goes_on_here(
    model: str, here: mh.Run, tmp_path: Path
) -> None:
    killed: list[int] = []
    stop = Event()

    def kill_one_and_stop(progress: Progress) -> None:
        if not killed and progress.done > 30 and (running := workers()):
            running[0].send_signal(signal.SIGKILL)
            killed.append(running[0].pid)
        if progress.done > 80:
            stop.set()

    with pytest.raises(Cancelled):
        analyze(
            [model], PAIRS, out=tmp_path / "run", where=OnRay(workers=1), progress=kill_one_and_stop, cancel=stop.is_set
        )
    assert killed
    assert not psutil.wait_procs(workers(), timeout=PATIENCE)[1]
    begun: list[Progress] = []
    run = analyze([model], PAIRS, out=tmp_path / "run", device="cpu", progress=begun.append)
    assert 0 < begun[0].done < len(PAIRS)
    assert_same(run, here)


def test_what_a_worker_cannot_load_is_said_as_here(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    folder = str(put_model(tmp_path / "model"))
    (tmp_path / "model" / "config.json").write_text("{")
    with pytest.raises(mh.Problem, match="damaged"):
        analyze([folder], PAIRS[:3], out=tmp_path / "run", where=OnRay(workers=1))


def test_a_network_in_memory_is_refused_and_a_cluster_that_is_not_there_is_named(model: str, tmp_path: Path) -> None:
    with pytest.raises(mh.Problem, match="in the memory of this process"):
        analyze([mh.load(model, "cpu")], PAIRS[:3], out=tmp_path / "one", where=OnRay(workers=1))
    shut_down()
    with pytest.raises(mh.Problem, match=r"127\.0\.0\.1:1"):
        analyze([model], PAIRS[:3], out=tmp_path / "two", where=OnRay(address="127.0.0.1:1"))


def test_a_problem_comes_whole_from_another_process() -> None:
    import pickle

    problem = pickle.loads(pickle.dumps(mh.Problem("It rained.", "Wait.", "The roof stands.")))  # noqa: S301 - our own
    assert (problem.happened, problem.remedy, problem.stands) == ("It rained.", "Wait.", "The roof stands.")


def test_a_copy_of_the_dashboard_measures_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment() is HERE
    monkeypatch.setenv("MHATTN_RAY", "10.0.0.7:6379")
    where = from_environment()
    assert isinstance(where, OnRay)
    assert where.address == "10.0.0.7:6379"
