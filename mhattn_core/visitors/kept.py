"""Results that take a while, made once for all who ask."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Event, Lock
from typing import Any, TypeVar

Result = TypeVar("Result")
PATIENCE = 0.2
"""Seconds between two looks of who waits for what another visitor's run is making."""


class Kept:
    """Results by key, for many threads; the least recently used go first.

    most: how many there may be. most_bytes: what their arrays (``nbytes``) may take together; the newest stays whatever
    it takes.
    """

    def __init__(self, most: int, most_bytes: float = float("inf")) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, Event] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._results)

    def clear(self) -> None:
        with self._lock:
            self._results.clear()

    def recall(self, key: Hashable) -> Any:
        """What stands under a key, None where nothing does."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def keep(self, key: Hashable, result: Any) -> None:
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > self._most or (len(self._results) > 1 and self._bytes() > self._most_bytes):
                self._results.popitem(last=False)

    def once(
        self, key: Hashable, make: Callable[[], Result], *, waiting: Callable[[], object] = lambda: None
    ) -> Result:
        """What stands under a key, made now where nothing does; who asks meanwhile waits for it, and makes it if the
        first gives up.

        waiting: called again and again by who waits; what it raises ends the wait.
        """
        while True:
            with self._lock:
                if key in self._results:
                    self._results.move_to_end(key)
                    return self._results[key]
                done = self._making.get(key)
                if done is None:
                    self._making[key] = Event()
                    break
            while not done.wait(PATIENCE):
                waiting()
        try:
            result = make()
            self.keep(key, result)
            return result
        finally:
            with self._lock:
                self._making.pop(key).set()

    def _bytes(self) -> int:
        return sum(getattr(result, "nbytes", 0) for result in self._results.values())
