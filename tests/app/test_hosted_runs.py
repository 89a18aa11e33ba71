"""Runs on a shared copy: how much it takes, and when it forgets."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from own_runs import forget
from reading import open_page
from streamlit.testing.v1 import AppTest

from mhattn_core.errors import Problem
from mhattn_core.runs import store
from mhattn_core.text.reading import read_pairs
from mhattn_core.ui.runs.known import jobs, start
from mhattn_core.visitors import begin
from mhattn_core.visitors.jobs import Job

TIMEOUT = 120
MEGABYTE = 10**6
A_DAY = 24 * 60 * 60
TWO_PAIRS = b"source,target\nThe cat slept.,It was tired.\nRain fell.,The roof leaked.\n"


class RecordedTimer:
    """In place of threading.Timer: nothing waits; what would happen, and when, is noted."""

    made: list["RecordedTimer"]

    def __init__(self, interval: float, function: Callable[..., object], args: list[Any]) -> None:
        self.interval, self.function, self.args = interval, function, args
        self.daemon = self.started = False

    def start(self) -> None:
        self.started = True
        self.made.append(self)

    def ring(self) -> None:
        self.function(*self.args)


@pytest.fixture(autouse=True)
def _shared_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(begin, "Timer", RecordedTimer)
    RecordedTimer.made = []
    yield
    settle()
    forget()


def settle() -> None:
    """Until the queue is empty."""
    done = Event()
    jobs().submit(f"settle {id(done)}", lambda _job: done.set())
    assert done.wait(TIMEOUT)


def runs_page() -> AppTest:
    return open_page("runs", state={"tab-en": "Measure my pairs"}, models="minilm")


def bring(name: str, content: bytes) -> AppTest:
    app = runs_page()
    app.file_uploader[0].set_value((name, content, "application/octet-stream"))
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def left_behind(name: str, hours: float) -> store.Saved:
    """A run whose server ended, begun so many hours ago."""
    run = store.create(name, ("minilm",), ("basic",), read_pairs((f"{name}.csv", TWO_PAIRS)))
    made = datetime.now(UTC) - timedelta(hours=hours)
    store.write_about(run.folder, store.About(name, made.isoformat(), ("minilm",), ("basic",), 2))
    return run


# How much


def test_five_hundred_pairs_may_start_and_one_more_may_not() -> None:
    app = bring("whole.txt", b"One.\n" * 500)
    assert not app.error
    assert any(button.label == "Start" for button in app.button)
    app = bring("long.txt", b"One.\n" * 501)
    assert "500 rows" in app.error[0].value
    assert not any(button.label == "Start" for button in app.button)


def test_pairs_that_came_another_way_are_counted_again_before_they_are_measured() -> None:
    upload = read_pairs(("long.txt", b"One.\n" * 501))
    run = store.create("long", ("minilm",), ("basic",), upload)
    with pytest.raises(Problem, match="up to 500 pairs"):
        start(run, upload)
    assert jobs().get(run.key) is None


@pytest.mark.parametrize(("size", "taken"), [(5 * MEGABYTE, True), (5 * MEGABYTE + 1, False)])
def test_five_megabytes_may_be_pasted_or_uploaded_and_one_byte_more_may_not(size: int, taken: bool) -> None:
    # Few rows, since a shared copy takes no more than 500, and nothing is done with what stands beside the sentences.
    header, row = b"source,comment\n", b"The cat slept.," + b"x" * 50_000 + b"\n"
    lines = header + (row * (size // len(row) + 1))[: size - len(header)]
    app = bring("wide.csv", lines)
    assert ("larger than 5 MB" in "".join(error.value for error in app.error)) is not taken
    assert any(button.label == "Start" for button in app.button) is taken


def test_the_box_for_files_takes_no_more_either() -> None:
    assert runs_page().file_uploader[0].proto.max_upload_size_mb == 5


# How long


def test_a_finished_run_is_deleted_a_day_after_it_began() -> None:
    press(bring("mine.csv", TWO_PAIRS), "Start")
    settle()
    (run,) = store.saved()
    (timer,) = RecordedTimer.made
    assert run.finished
    assert (timer.interval, timer.daemon, timer.started) == (A_DAY, True, True)
    timer.ring()
    assert not run.folder.exists()


def test_so_is_one_that_was_cancelled_before_its_turn_with_the_sentences_it_holds() -> None:
    release, begun = Event(), Event()

    def occupy(_job: Job) -> None:
        begun.set()
        release.wait(TIMEOUT)

    jobs().submit("somebody else's", occupy)
    assert begun.wait(TIMEOUT)
    app = press(bring("mine.csv", TWO_PAIRS), "Start")
    (run,) = store.saved()
    app.button(key=f"cancel-{run.key}").click().run()
    release.set()
    settle()
    assert b"The cat slept." in (run.folder / ".given.jsonl").read_bytes()
    (timer,) = RecordedTimer.made
    timer.ring()
    assert not run.folder.exists()


def test_a_copy_of_ones_own_forgets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MHATTN_HOSTED")
    old = left_behind("old", hours=1000)
    press(bring("mine.csv", TWO_PAIRS), "Start")
    settle()
    assert not RecordedTimer.made
    assert old.folder.exists()
    assert len(store.saved()) == 2


@pytest.mark.parametrize("page", ["home", "attention"])
def test_what_a_server_left_when_it_ended_is_deleted_when_the_next_is_first_visited(page: str) -> None:
    """A timer ends with its process."""
    old, new = left_behind("old", hours=24.1), left_behind("new", hours=23.9)
    app = open_page(page)
    assert not app.exception
    assert not old.folder.exists()
    assert new.folder.exists()
