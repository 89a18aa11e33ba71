"""Telling how far a run is, and being told to stop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

Tell = Callable[[int], None]
"""Told how many more pairs, or texts, are done; what it raises ends the work."""


class Cancelled(Exception):
    """The work was asked to stop; what was finished is kept, and the same call resumes."""


@dataclass(frozen=True)
class WorkerState:
    """What a worker does: ``part`` of the work since ``seconds``; ``part`` is empty while it waits for something to do,
    and ``node``, the machine's name, while it starts. done: pairs, of the step at hand.
    """

    number: int
    node: str
    part: str
    seconds: float
    done: int


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``done`` of ``total`` pairs, counted once for each model; ``rate``: pairs per second since the
    start of this call. workers: what each does, where the work is spread.
    """

    model: str
    done: int
    total: int
    rate: float
    workers: tuple[WorkerState, ...] = ()


class Watcher(Protocol):
    """Who looks on, such as a ``Meter``."""

    def count(self, pairs: int) -> None:
        """So many more are done. What it raises ends the work."""

    def show(self, workers: Sequence[WorkerState]) -> None:
        """What each worker does now."""


@dataclass(frozen=True)
class Telling:
    """A watcher that is only told of what is done."""

    count: Tell

    def show(self, workers: Sequence[WorkerState]) -> None:
        """Nobody asked."""


class Meter:
    """Counts pairs, tells of them, and stops the work when asked to."""

    def __init__(self, total: int, progress: Callable[[Progress], object], cancel: Callable[[], bool]) -> None:
        self._total = total
        self._progress = progress
        self._cancel = cancel
        self._model = ""
        self._done = self._resumed = 0
        self._started = monotonic()
        self._workers: tuple[WorkerState, ...] = ()

    def start(self, model: str) -> None:
        self._model, self._workers = model, ()

    def show(self, workers: Sequence[WorkerState]) -> None:
        """What each worker does, told with the next count."""
        self._workers = tuple(workers)

    def resume(self, pairs: int) -> None:
        """Count pairs that were measured before the run was interrupted; they do not enter its speed."""
        self._done += pairs
        self._resumed += pairs
        self.count(0)

    def count(self, pairs: int) -> None:
        """So many more are done. Raises Cancelled."""
        self._done += pairs
        rate = (self._done - self._resumed) / max(monotonic() - self._started, 1e-9)
        self._progress(Progress(self._model, self._done, self._total, rate, self._workers))
        if self._cancel():
            raise Cancelled


class Share:
    """A part of what a meter, or who else looks on, counts that is made of other steps: ``passes`` of them move it on by ``pairs``."""

    def __init__(self, meter: Watcher, pairs: int, passes: int) -> None:
        self._meter, self._pairs, self._passes = meter, pairs, max(passes, 1)
        self._done = self._told = 0

    def count(self, passes: int) -> None:
        """So many more are done. Raises Cancelled."""
        self._done += passes
        reached = min(self._pairs, self._pairs * self._done // self._passes)
        self._meter.count(reached - self._told)
        self._told = reached

    def show(self, workers: Sequence[WorkerState]) -> None:
        """What each worker does."""
        self._meter.show(workers)

    def fill(self) -> None:
        """All is done, whatever was told."""
        self._meter.count(self._pairs - self._told)
        self._told = self._pairs
