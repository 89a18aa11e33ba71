"""What visitors brought, kept in this process's memory alone: sentences, their words and files, by unguessable keys."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import Any

from mhattn_core.text.pair import SentencePair

MOST_PAIRS = 100


@dataclass(frozen=True)
class GivenFile:
    """name: in the list of files; way: how it is read (arguments of ``read_pairs``)."""

    name: str
    content: bytes = field(repr=False)
    way: dict[str, Any] = field(default_factory=dict)


class Visit:
    """What one visitor brought. Pairs are numbered from 1, and a number never means another visitor's pair.

    cuts: words by the sentence as typed. texts: what was typed into other boxes, by the box. most_bytes: of all files
    together; the oldest give way.
    """

    def __init__(self, most_bytes: float = float("inf")) -> None:
        self.pairs: OrderedDict[int, SentencePair] = OrderedDict()
        self.files: OrderedDict[str, GivenFile] = OrderedDict()
        self.cuts: dict[str, tuple[str, ...]] = {}
        self.texts: dict[str, str] = {}
        self._most_bytes = most_bytes
        self._last = 0
        self._lock = Lock()

    def __bool__(self) -> bool:
        return bool(self.pairs or self.files or self.cuts or self.texts)

    def keep_pair(self, pair: SentencePair, *, instead_of: int = 0) -> int:
        """The pair's number: that of an equal one, else ``instead_of`` where there is such a pair, else a new one."""
        with self._lock:
            if instead_of not in self.pairs:
                same = (number for number, kept in self.pairs.items() if kept == pair)
                instead_of = next(same, 0) or self._last + 1
            self._last = max(self._last, instead_of)
            self.pairs[instead_of] = pair
            while len(self.pairs) > MOST_PAIRS:
                self.pairs.popitem(last=False)
            return instead_of

    def keep_file(self, name: str, content: bytes) -> str:
        """The file's name in the list: its own, or with a number where another file has that."""
        with self._lock:
            taken, number = name, 1
            while taken in self.files and self.files[taken].content != content:
                number += 1
                taken = f"{name} ({number})"
            self.files.setdefault(taken, GivenFile(taken, content))
            self.files.move_to_end(taken)
            while len(self.files) > 1 and sum(len(file.content) for file in self.files.values()) > self._most_bytes:
                self.files.popitem(last=False)
            return taken

    def read_file_as(self, name: str, way: dict[str, Any]) -> None:
        """Keep how a file is read."""
        with self._lock:
            if name in self.files:
                self.files[name] = GivenFile(name, self.files[name].content, way)

    def forget_file(self, name: str) -> None:
        with self._lock:
            self.files.pop(name, None)


class Visits:
    """All visits of a process. seconds: after which a visit that nobody came back to is forgotten; most: visits, of
    which the least recently used gives way; most_bytes: of one visit's files.
    """

    def __init__(
        self,
        *,
        most: int = 500,
        seconds: float = float("inf"),
        most_bytes: float = float("inf"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._seconds, self._most_bytes, self._clock = most, seconds, most_bytes, clock
        self._visits: OrderedDict[str, tuple[float, Visit]] = OrderedDict()
        self._lock = Lock()

    def open(self, key: str) -> tuple[str, Visit]:
        """The visit with this key; where there is none, a new one, with a key of its own that cannot be guessed."""
        self.expire()
        with self._lock:
            now = self._clock()
            if key not in self._visits:
                key = secrets.token_urlsafe(32)
            _used, visit = self._visits.get(key, (now, Visit(self._most_bytes)))
            self._visits[key] = now, visit
            self._visits.move_to_end(key)
            while len(self._visits) > self._most:
                self._visits.popitem(last=False)
            return key, visit

    def expire(self) -> None:
        """Forget the visits that nobody came back to in time."""
        with self._lock:
            # The least recently used come first.
            while self._visits and self._clock() - next(iter(self._visits.values()))[0] > self._seconds:
                self._visits.popitem(last=False)

    def sweep(self, every: float) -> None:
        """Expire now and every so many seconds, also when nobody comes any more, as long as the process lives."""
        self.expire()
        timer = Timer(every, self.sweep, [every])
        timer.daemon = True
        timer.start()

    def __len__(self) -> int:
        return len(self._visits)
