"""Work that goes on when the page that asked for it is gone: one job at a time, the others wait, each person in turn."""

import contextvars
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic
from typing import Literal, NamedTuple

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.runs.progress import Cancelled, Progress
from mhattn_core.unforeseen import reason_of, report
from mhattn_core.visitors.fair import FairQueue

State = Literal["waiting", "running", "done", "cancelled", "failed"]
OVER: tuple[State, ...] = ("done", "cancelled", "failed")


@dataclass(eq=False)
class Job:
    """Work on the saved run with this key. ``progress`` is None until it says something; ``problem`` is there when it
    failed. owner: for whom.
    """

    key: str
    owner: str = ""
    state: State = "waiting"
    progress: Progress | None = None
    problem: Problem | None = None
    _stop: Event = field(default_factory=Event)
    _model_began: tuple[float, int] = (0.0, 0)

    @property
    def over(self) -> bool:
        return self.state in OVER

    def tell(self, progress: Progress) -> None:
        """For ``analyze(progress=…)``."""
        if self.progress is None or progress.model != self.progress.model:
            self._model_began = monotonic(), progress.done
        self.progress = progress

    @property
    def rate(self) -> float:
        """Pairs per second of the model at hand, 0 until it has done some: another model may be ten times faster."""
        began, before = self._model_began
        return (self.progress.done - before) / max(monotonic() - began, 1e-9) if self.progress else 0.0

    def asked_to_stop(self) -> bool:
        """For ``analyze(cancel=…)``."""
        return self._stop.is_set()


Work = Callable[[Job], object]


class _Queued(NamedTuple):
    job: Job
    work: Work
    context: contextvars.Context


class Jobs:
    """A queue with one worker, for everybody who uses this process. most_each: jobs of one owner that may wait or go on
    at the same time.
    """

    def __init__(self, most_each: float = float("inf")) -> None:
        self._most_each = most_each
        self._lock = Lock()
        self._waiting: FairQueue[_Queued] = FairQueue()
        self._running: Job | None = None
        self._known: dict[str, Job] = {}

    def submit(self, key: str, work: Work, owner: str = "") -> Job:
        """Do ``work(job)`` when its turn comes, in the language of whoever submits it. Asked twice for one key, it is
        done once. Raises Problem when the owner has as much at work as one may.

        ``work`` calls ``analyze(…, progress=job.tell, cancel=job.asked_to_stop)``.
        """
        with self._lock:
            job = self._known.get(key)
            if job is None or job.over:
                self._check_room(owner)
                job = self._known[key] = Job(key, owner)
                self._waiting.put(owner, _Queued(job, work, contextvars.copy_context()))
                self._next()
            return job

    def get(self, key: str) -> Job | None:
        """The latest job on a run; None if this process has had none."""
        with self._lock:
            return self._known.get(key)

    def cancel(self, job: Job) -> None:
        """Take it out of the queue, or ask it to stop, which it does after the batch at hand; what is finished is
        kept.
        """
        job._stop.set()
        with self._lock:
            if self._waiting.remove(lambda queued: queued.job is job):
                job.state = "cancelled"

    def place(self, job: Job) -> int:
        """How many jobs come before it: 0 for the one that runs, and for one that is over."""
        with self._lock:
            waiting = [queued.job for _owner, queued in self._waiting.order()]
            return waiting.index(job) + (self._running is not None) if job in waiting else 0

    def at_work(self) -> set[str]:
        """The runs whose job waits or goes on."""
        with self._lock:
            return {key for key, job in self._known.items() if not job.over}

    def _check_room(self, owner: str) -> None:
        if sum(job.owner == owner and not job.over for job in self._known.values()) >= self._most_each:
            raise Problem(
                _("You already have {number} runs in progress; this copy is shared.").format(number=self._most_each),
                _("Wait until one is finished, cancel one, or run your own copy."),
            )

    def _next(self) -> None:
        """Start the first that waits, if none runs; call it while holding the lock."""
        if self._running is None and len(self._waiting):
            job, work, context = self._waiting.take()
            self._running, job.state = job, "running"
            Thread(target=context.run, args=(self._do, job, work), daemon=True).start()

    def _do(self, job: Job, work: Work) -> None:
        state: State = "failed"
        try:
            work(job)
            state = "done"
        except Cancelled:
            state = "cancelled"
        except Problem as problem:
            job.problem = problem
        except Exception as error:  # a thread that dies would take the queue with it
            report(error, "a job failed")
            job.problem = Problem(
                _("The work stopped at an error that nobody expected: {reason}").format(reason=reason_of(error)),
                _("Go on from where it stopped, or choose other models or pairs."),
                _("What was finished before is kept."),
            )
        finally:
            with self._lock:
                job.state, self._running = state, None
                self._next()
