"""Runs that come from the Hub, and runs that workers measure."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from own_runs import bring, page, press, settle
from reading import open_page

from mhattn_core.errors import Problem
from mhattn_core.findings.runs.progress import workers_table
from mhattn_core.runs import from_hub, store
from mhattn_core.runs.progress import Cancelled, Progress, WorkerState
from mhattn_core.runs.run import SHIPPED
from mhattn_core.visitors.jobs import Job

TIMEOUT = 120


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "runs"))


def test_a_run_of_the_hub_is_opened_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_hub, "bring", lambda _address: SHIPPED / "documents-en")
    app = page()
    app.text_input(key="run-on-hub").set_value("hf://datasets/user/mine").run()
    app = app.button(key="run-from-hub").click().run()
    assert not app.exception
    (kept,) = store.saved()
    assert app.selectbox(key="run-shown").value == kept.key
    assert kept.about.pairs == store.get("documents-en").about.pairs  # type: ignore[union-attr]


def test_what_is_no_run_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_address: str) -> Path:
        raise Problem("It is no run of mhattn.", "Ask who shared it.")

    monkeypatch.setattr(from_hub, "bring", refuse)
    app = page()
    app.text_input(key="run-on-hub").set_value("user/mine").run()
    app = app.button(key="run-from-hub").click().run()
    assert not app.exception
    assert any("no run of mhattn" in error.value for error in app.error)


WORKERS = (WorkerState(0, "first", "a.parquet 0 – 2,048", 3.0, 4096), WorkerState(1, "", "", 9.0, 0))


def test_the_panel_says_what_each_worker_does_and_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    told, pause = Event(), Event()

    def work(
        *_given: object, progress: Callable[[Progress], object], cancel: Callable[[], bool], **_others: object
    ) -> None:
        progress(Progress("minilm", 4096, 10_000, 9.0, WORKERS))
        told.set()
        while not cancel():
            pause.wait(0.05)
        raise Cancelled

    monkeypatch.setattr("mhattn_core.runs.analyze.analyze", work)
    app = bring()
    app = press(app, "Start")
    assert told.wait(TIMEOUT)
    app = open_page("runs")
    table = next(frame.value for frame in app.dataframe if "machine" in frame.value)
    assert table["part"].tolist() == ["a.parquet 0 – 2,048", "starting"]
    assert table["pairs done"].tolist() == [4096, 0]
    assert any(expander.label == "2 workers" for expander in app.expander)
    (run,) = store.saved()
    app.button(key=f"cancel-{run.key}").click().run()
    settle()
    assert any("cancelled" in caption.value for caption in open_page("runs").caption)


def test_a_job_of_one_process_has_no_workers() -> None:
    job = Job("key")
    assert workers_table(job).empty
    job.tell(Progress("minilm", 1, 2, 1.0))
    assert workers_table(job).empty
