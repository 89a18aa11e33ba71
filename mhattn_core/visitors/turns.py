"""Slow work of many people: a few at a time, so that what is quick stays quick, and each person in turn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, local

from mhattn_core.visitors.fair import FairQueue

PATIENCE = 0.2
"""Seconds between two looks of who waits."""


class Turns:
    """at_once: how much slow work goes on at the same time, of all threads together."""

    def __init__(self, at_once: int = 1) -> None:
        self._free = at_once
        self._queue: FairQueue[object] = FairQueue()
        self._changed = Condition()
        self._mine = local()

    @contextmanager
    def taken(self, owner: str, waiting: Callable[[int], object] = lambda _before: None) -> Iterator[None]:
        """A turn for the block; a block inside it needs no other. Who holds a turn must not wait for what another
        thread makes in a turn of its own: neither would ever end.

        waiting: told again and again how many come before; what it raises ends the wait.
        """
        if getattr(self._mine, "taken", False):
            yield
            return
        self._wait(owner, waiting)
        self._mine.taken = True
        try:
            yield
        finally:
            self._mine.taken = False
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _wait(self, owner: str, waiting: Callable[[int], object]) -> None:
        ticket = object()
        with self._changed:
            self._queue.put(owner, ticket)
        try:
            while (before := self._before(ticket)) is not None:
                waiting(before)
        except BaseException:
            with self._changed:
                self._queue.remove(lambda other: other is ticket)
                self._changed.notify_all()
            raise

    def _before(self, ticket: object) -> int | None:
        """How many come before, those at work not counted; None once it is this one's turn."""
        with self._changed:
            for first_look in (True, False):
                before = [other for _owner, other in self._queue.order()].index(ticket)
                if before == 0 and self._free > 0:
                    self._free -= 1
                    self._queue.take()
                    self._changed.notify_all()
                    return None
                if first_look:
                    self._changed.wait(PATIENCE)
            return before
