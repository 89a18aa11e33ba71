"""The parts of a step, sent to the workers of a pool, and what becomes of them when workers die.

A part that was lost goes to whoever is free. Results stay with the workers, which merge several into one; the asking
process receives these alone, in the order of the parts.
"""

import logging
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any

from mhattn_core.runs.progress import Watcher
from mhattn_core.runs.ray_pool import Member, Pool, first_lines
from mhattn_core.runs.where import CHUNK, Part, Result, Step

FEWEST = 8
"""Pairs in a part, at the least: with fewer, sending takes longer than measuring."""
PARTS = 32
"""Into which a small corpus is cut, so that no worker waits long for the last; however many there are, the parts are
the same, and so is what they add up to.
"""
AHEAD = 2
"""Parts that a worker is given at once, so that it never waits for the next."""
FAN = 8
"""Results that are merged by a worker before they are sent on, at the most."""
TRIES = 3
"""How often a part may end the process that measures it before it is halved. More often than chance would have it: in
halves a pair stands in other batches, and its last digits with it."""
LOOK = 0.5
"""Seconds between two looks at what is done, and at whether the work is to stop."""
LOG = logging.getLogger(__name__)


def delivered(pool: Pool, step: Step[Part, Result], parts: Sequence[Part], watcher: Watcher) -> Iterator[Result]:
    """See ``Workers.results``. Raises what a part raises, and Problem when workers cannot start."""
    yield from _Delivery(pool, step, parts, watcher).merged()


def part_size(pairs: int) -> int:
    """How many pairs a part should have of so many."""
    return min(CHUNK, max(FEWEST, -(-pairs // PARTS)))


class _Delivery:
    """One step over its parts."""

    def __init__(self, pool: Pool, step: Step[Any, Any], parts: Sequence[Any], watcher: Watcher) -> None:
        self._pool, self._ray, self._step, self._parts, self._watcher = pool, pool.ray, step, parts, watcher
        self._fan = max(1, min(FAN, pool.count // 2)) if step.merge else 1
        self._waiting = deque(range(len(parts)))
        self._under_way: dict[Any, tuple[Member, int, Any]] = {}
        """By the answer that says that it is done: who does which part, and where its result will be."""
        self._at: dict[int, Any] = {}
        """Where the results of parts are that are done and wanted."""
        self._deaths: Counter[int] = Counter()
        self._here: dict[int, Any] = {}
        """Results that came one by one: of parts that had to be halved, and where merging failed."""
        for member in pool.members():
            member.sent.clear()
            member.done = 0

    def merged(self) -> Iterator[Any]:
        for start in range(0, len(self._parts), self._fan):
            numbers = range(start, min(start + self._fan, len(self._parts)))
            yield self._together(numbers)
            for number in numbers:
                self._at.pop(number, None)
                self._here.pop(number, None)

    def _together(self, numbers: range) -> Any:
        """The results of some parts as one. What is lost on the way is measured again."""
        elsewhere = len(numbers) > 1
        while True:
            self._until(numbers)
            elsewhere = elsewhere and not any(number in self._here for number in numbers)
            if elsewhere and (whole := self._merged_elsewhere(numbers)) is not None:
                return whole[0]
            elsewhere = False
            lost = [number for number in numbers if number not in self._here and not self._brought(number)]
            if not lost:
                break
            for number in reversed(lost):
                del self._at[number]
                self._waiting.appendleft(number)
        every = [self._here[number] for number in numbers]
        return every[0] if len(every) == 1 or not self._step.merge else self._step.merge(every)

    def _merged_elsewhere(self, numbers: range) -> list[Any] | None:
        ready = self._pool.ready()
        if not ready:
            return None
        merged = ready[0].actor.merge.remote(self._step.merge, *(self._at[number] for number in numbers))
        whole = self._fetched([merged])
        if whole is None:
            self._pool.ask_again(ready[0])
        return whole

    def _brought(self, number: int) -> bool:
        """Whether the result of a part came to this process."""
        result = self._fetched([self._at[number]])
        if result is not None:
            self._here[number] = result[0]
        return result is not None

    def _fetched(self, references: list[Any]) -> list[Any] | None:
        """None where one of them is lost."""
        try:
            while references and len(self._ray.wait(references, num_returns=len(references), timeout=LOOK)[1]):
                self._look()
            return list(self._ray.get(references))
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, self._ray.exceptions.RayError):
                LOG.warning("results are lost and measured again: %s", first_lines(error.cause))
                return None
            raise error.cause from error
        except self._ray.exceptions.RayError as error:
            LOG.warning("results are lost and measured again: %s", first_lines(error))
            return None

    def _until(self, numbers: range) -> None:
        """Send and receive until these parts are done."""
        while any(number not in self._at and number not in self._here for number in numbers):
            self._send()
            self._drain()

    def _send(self) -> None:
        most = AHEAD * self._pool.count + self._fan
        while self._waiting and len(self._under_way) + len(self._at) < most:
            ready = self._pool.ready()
            if not ready or len(ready[0].sent) >= AHEAD:
                return
            member, number = ready[0], self._waiting.popleft()
            self._sent_to(member, number, self._parts[number])

    def _sent_to(self, member: Member, number: int, part: Any) -> Any:
        answer, result = member.actor.do.options(num_returns=2).remote(self._step.measure, part)
        if not member.sent:
            member.began = monotonic()
        member.sent.append(number)
        self._under_way[answer] = member, number, result
        return answer

    def _received(self, answer: Any) -> None:
        member, number, result = self._under_way.pop(answer)
        try:
            self._ray.get(answer)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except self._ray.exceptions.RayError as error:
            self._lost(member, error)
            return
        member.sent.remove(number)
        member.began = monotonic()
        member.done += self._step.size(self._parts[number])
        self._at[number] = result
        self._watcher.count(self._step.size(self._parts[number]))

    def _lost(self, member: Member, error: Exception) -> None:
        """A worker died: of the parts that it had left, the first may be why."""
        for other in [other for other, (who, _part, _result) in self._under_way.items() if who is member]:
            if self._is_done(other):
                self._received(other)
            else:
                del self._under_way[other]
        blamed = member.sent[0]
        for part in sorted(member.sent, reverse=True):
            self._waiting.appendleft(part)
        self._deaths[blamed] += 1
        self._pool.replace(member, error)
        if self._deaths[blamed] >= TRIES:
            self._waiting.remove(blamed)
            LOG.warning("part %s ended %s workers and is halved", self._step.name(self._parts[blamed]), TRIES)
            self._here[blamed] = self._in_halves(self._parts[blamed])
            self._watcher.count(self._step.size(self._parts[blamed]))

    def _is_done(self, answer: Any) -> bool:
        """Whether a part came to its end, well or with an error of its own."""
        if not self._ray.wait([answer], timeout=0)[0]:
            return False
        try:
            self._ray.get(answer)
        except self._ray.exceptions.RayTaskError:
            return True
        except self._ray.exceptions.RayError:
            return False
        return True

    def _in_halves(self, part: Any) -> Any:
        halves = self._step.halves(part)
        if not halves or self._step.merge is None:
            return self._step.lost(part)
        return self._step.merge([self._alone(half) for half in halves])

    def _alone(self, part: Any) -> Any:
        """One part, on a worker that has nothing else to do."""
        for _try in range(TRIES):
            while not (free := [member for member in self._pool.ready() if not member.sent]):
                self._drain()
            member = free[0]
            answer, result = member.actor.do.options(num_returns=2).remote(self._step.measure, part)
            while not self._ray.wait([answer], timeout=LOOK)[0]:
                self._look()
            try:
                return self._ray.get([answer, result])[1]
            except self._ray.exceptions.RayTaskError as error:
                raise error.cause from error
            except self._ray.exceptions.RayError as error:
                self._pool.replace(member, error)
        return self._in_halves(part)

    def _drain(self) -> None:
        """Wait for what is under way, and for workers that start."""
        self._look()
        starting = [member.ready for member in self._pool.members() if not member.node]
        done = self._ray.wait([*self._under_way, *starting], num_returns=1, timeout=LOOK)[0]
        self._pool.ready()
        for answer in done:
            if answer in self._under_way:
                self._received(answer)

    def _look(self) -> None:
        states = [member.state(lambda number: self._step.name(self._parts[number])) for member in self._pool.members()]
        self._watcher.show(states)
        self._watcher.count(0)
