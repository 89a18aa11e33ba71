"""In the place of Ray: actors that measure when they are waited for, and die when the dice say so."""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

from mhattn_core.models.model import Model
from mhattn_core.runs.ray_delivery import delivered, part_size
from mhattn_core.runs.ray_pool import Pool


class RayError(Exception):
    """A worker, a machine or a result is gone."""


class RayTaskError(RayError):
    """What a part itself raised."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Reference:
    """What a call will give."""

    def __init__(self) -> None:
        self.done, self.error, self.value = False, None, None

    def settle(self, value: Any = None, error: Exception | None = None) -> None:
        self.done, self.value, self.error = True, value, error


class Actor:
    """``work(measure, part)`` may end it by raising Death."""

    def __init__(self, machine: "FakeRay") -> None:
        self._machine = machine
        self.alive = True
        self.queue: deque[tuple[list[Reference], Callable[[], Any]]] = deque()
        self.results: list[Reference] = []
        self.ready = SimpleNamespace(remote=lambda: self._call(1, lambda: "a machine")[0])
        self.do = SimpleNamespace(options=lambda num_returns: SimpleNamespace(remote=self._do))  # noqa: ARG005
        self.merge = SimpleNamespace(remote=self._merge)

    def _do(self, measure: Callable[..., Any], part: Any) -> list[Reference]:
        self._machine.sent.append(part)
        return self._call(2, lambda: (None, measure(self._machine.model, part, lambda _pairs: None)))

    def _merge(self, merge: Callable[..., Any], *parts: Reference) -> Reference:
        return self._call(1, lambda: merge([self._machine.get(part) for part in parts]))[0]

    def _call(self, returns: int, work: Callable[[], Any]) -> list[Reference]:
        references = [Reference() for _number in range(returns)]
        if self.alive:
            self.queue.append((references, work))
        else:
            for reference in references:
                reference.settle(error=RayError("its worker is gone"))
        return references

    def step(self) -> None:
        references, work = self.queue[0]
        try:
            value = work()
        except Death:
            self.die()
            return
        except RayError as error:
            values: Sequence[Any] = [RayTaskError(error)] * len(references)
        except Exception as error:
            values = [RayTaskError(error)] * len(references)
        else:
            values = [value] if len(references) == 1 else value
        self.queue.popleft()
        for reference, one in zip(references, values, strict=True):
            failed = isinstance(one, RayTaskError)
            reference.settle(None if failed else one, one if failed else None)
        self.results += references[1:]

    def die(self, *, with_results: bool = False) -> None:
        """A process dies; with its machine go the results that lie there."""
        self.alive = False
        for references, _work in self.queue:
            for reference in references:
                reference.settle(error=RayError("the worker died"))
        self.queue.clear()
        for result in self.results if with_results else []:
            result.settle(error=RayError("its machine is gone"))


class Death(BaseException):
    """Raised by a part that takes its worker with it."""


class FakeRay:
    """share: of the steps, in which a worker dies. killed: how many did; sent: the parts that were."""

    exceptions = SimpleNamespace(RayTaskError=RayTaskError, RayError=RayError)

    def __init__(self, seed: int = 0, share: float = 0.0) -> None:
        self._dice, self._share = random.Random(seed), share
        self._actors: list[Actor] = []
        self.killed = 0
        self.model: Any = None
        self.sent: list[Any] = []

    def start(self) -> Actor:
        self._actors.append(Actor(self))
        return self._actors[-1]

    def kill(self, actor: Actor) -> None:
        actor.die()

    def get(self, asked: Any) -> Any:
        if isinstance(asked, list | tuple):
            return [self.get(one) for one in asked]
        assert asked.done, "the pool asked before it was done"
        if asked.error:
            raise asked.error
        return asked.value

    def wait(
        self, asked: Sequence[Reference], num_returns: int = 1, timeout: float = 0
    ) -> tuple[list[Reference], list[Reference]]:
        while timeout and sum(one.done for one in asked) < num_returns:
            busy = [actor for actor in self._actors if actor.alive and actor.queue]
            if not busy:
                break
            actor = self._dice.choice(busy)
            if self._dice.random() < self._share:
                actor.die(with_results=self._dice.random() < 0.5)
                self.killed += 1
            else:
                actor.step()
        done = [one for one in asked if one.done][:num_returns]
        return done, [one for one in asked if one not in done]


class OnFakeRay:
    """In the place of OnRay: workers that die, all with one model."""

    def __init__(self, model: Model, seed: int, count: int, share: float = 0.15) -> None:
        self.model, self.count = model, count
        self.ray = FakeRay(seed, share)

    @contextmanager
    def workers(self, _name: str, _get: object, _dtype: str) -> Iterator[Any]:
        self.ray.model = self.model
        yield _Pooled(Pool(self.ray, self.ray.start, self.count))


class _Pooled:
    here = False

    def __init__(self, pool: Pool) -> None:
        self.count, self.part_size, self.results = pool.count, part_size, partial(delivered, pool)
