"""The queue of work: one at a time, in order, with a place in it, in the language of whoever asked."""

from collections.abc import Callable
from threading import Event
from uuid import uuid4

import pytest

from mhattn_core.errors import Problem
from mhattn_core.locale import _, use_language
from mhattn_core.runs.progress import Cancelled, Progress
from mhattn_core.visitors.jobs import Job, Jobs

PATIENCE = 30  # seconds until a test gives up; none passes by waiting


class Steps:
    """Work that a test lets go on, and that says when it has begun."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.over = Event(), Event(), Event()

    def __call__(self, job: Job) -> None:
        self.begun.set()
        try:
            assert self.go_on.wait(PATIENCE)
            if job.asked_to_stop():
                raise Cancelled
        finally:
            self.over.set()


def wait_for(jobs: Jobs, *running: Job) -> None:
    """Until these are over: a job that is queued behind them has run."""
    done = Event()
    jobs.submit(uuid4().hex, lambda _job: done.set())
    assert done.wait(PATIENCE)
    assert all(job.over for job in running)


def test_one_works_and_the_others_wait_in_order() -> None:
    jobs, first, second, third = Jobs(), Steps(), Steps(), Steps()
    a, b, c = (jobs.submit(key, work) for key, work in zip("abc", (first, second, third), strict=True))
    assert first.begun.wait(PATIENCE)
    assert [job.state for job in (a, b, c)] == ["running", "waiting", "waiting"]
    assert [jobs.place(job) for job in (a, b, c)] == [0, 1, 2]
    assert jobs.at_work() == {"a", "b", "c"}
    first.go_on.set()
    assert second.begun.wait(PATIENCE)
    assert not third.begun.is_set()
    assert (a.state, b.state, jobs.place(c)) == ("done", "running", 1)
    second.go_on.set()
    third.go_on.set()
    wait_for(jobs, a, b, c)
    assert c.state == "done"
    assert not jobs.at_work() & {"a", "b", "c"}


def test_work_that_waits_is_cancelled_without_beginning() -> None:
    jobs, first, second, third = Jobs(), Steps(), Steps(), Steps()
    a, b, c = (jobs.submit(key, work) for key, work in zip("abc", (first, second, third), strict=True))
    jobs.cancel(b)
    assert b.state == "cancelled"
    assert jobs.place(c) == 1
    first.go_on.set()
    third.go_on.set()
    wait_for(jobs, a, c)
    assert not second.begun.is_set()


def test_work_that_runs_is_asked_to_stop_and_the_next_begins() -> None:
    jobs, first, second = Jobs(), Steps(), Steps()
    a, b = jobs.submit("a", first), jobs.submit("b", second)
    assert first.begun.wait(PATIENCE)
    jobs.cancel(a)
    assert a.state == "running"  # until it heeds
    first.go_on.set()
    second.go_on.set()
    wait_for(jobs, a, b)
    assert (a.state, b.state) == ("cancelled", "done")


def failing(error: Exception) -> Callable[[Job], None]:
    def work(_job: Job) -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Problem("The disk is full.", "Make room."), "The disk is full."),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
    ],
)
@pytest.mark.unforeseen
def test_a_failure_is_told_and_takes_nobody_with_it(error: Exception, says: str) -> None:
    jobs = Jobs()
    failed = jobs.submit("a", failing(error))
    wait_for(jobs, failed)
    assert failed.state == "failed"
    assert failed.problem
    assert says in failed.problem.happened


def test_a_job_asked_for_twice_is_done_once_and_again_when_it_is_over() -> None:
    jobs, work, again = Jobs(), Steps(), Steps()
    job = jobs.submit("a", work)
    assert jobs.submit("a", again) is job
    work.go_on.set()
    wait_for(jobs, job)
    assert not again.begun.is_set()
    again.go_on.set()
    other = jobs.submit("a", again)
    assert other is not job
    assert jobs.get("a") is other
    wait_for(jobs, other)
    assert again.begun.is_set()


def test_work_speaks_the_language_of_whoever_asked() -> None:
    jobs, said = Jobs(), []
    use_language("zh")
    chinese = jobs.submit("a", lambda _job: said.append(_("weight")))
    use_language("en")
    wait_for(jobs, chinese, jobs.submit("b", lambda _job: said.append(_("weight"))))
    assert said == ["权重", "weight"]


def test_progress_is_what_was_told_last() -> None:
    jobs = Jobs()
    told = Progress("minilm", 3, 7, 2.5)
    job = jobs.submit("a", lambda job: job.tell(told))
    wait_for(jobs, job)
    assert job.progress == told


def test_nothing_is_known_of_a_run_that_never_worked() -> None:
    assert Jobs().get("elsewhere") is None


def test_each_person_comes_in_turn_and_has_no_more_at_work_than_one_may() -> None:
    jobs, work = Jobs(most_each=3), Steps()
    order: list[str] = []
    running = jobs.submit("a1", work, "a")
    assert work.begun.wait(PATIENCE)
    a2, _a3 = (jobs.submit(key, lambda job: order.append(job.key), "a") for key in ("a2", "a3"))
    b1 = jobs.submit("b1", lambda job: order.append(job.key), "b")
    assert (jobs.place(b1), jobs.place(a2)) == (1, 2)
    with pytest.raises(Problem, match="3 runs in progress"):
        jobs.submit("a4", work, "a")
    assert jobs.submit("a2", work, "a") is a2, "asked twice it is one"
    jobs.cancel(a2)
    last = Steps()
    last.go_on.set()
    a4 = jobs.submit("a4", last, "a")
    work.go_on.set()
    assert last.over.wait(PATIENCE)
    assert order == ["b1", "a3"]
    wait_for(jobs, running, a4)
