"""Workers that each hold a model, on a Ray cluster: they are started, asked whether they are there, and replaced.

A worker is an actor that is never restarted by Ray: the pool starts another one, wherever the cluster has room. So a
machine that goes takes nothing with it but time, and one that comes is used.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.runs.progress import WorkerState

STARTS = 10
"""How often workers may end before any has begun."""
LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class Member:
    """A worker: its actor, the answer to come that it is ready, and the parts that it was sent, by number, in order."""

    number: int
    actor: Any
    ready: Any
    node: str = ""
    sent: deque[int] = field(default_factory=deque)
    began: float = field(default_factory=monotonic)
    done: int = 0

    def state(self, name: Callable[[int], str]) -> WorkerState:
        part = name(self.sent[0]) if self.sent else ""
        return WorkerState(self.number, self.node, part, monotonic() - self.began, self.done)


class Pool:
    """ray: the module. start: makes an actor with ``ready()``, ``do(measure, part)`` and ``merge(merge, *results)``."""

    def __init__(self, ray: Any, start: Callable[[], Any], count: int) -> None:
        self.ray, self._start = ray, start
        self.count = count
        self._ended = 0  # in a row, before any was ready
        self._members = [self._new(number) for number in range(count)]

    def close(self) -> None:
        for member in self._members:
            self.ray.kill(member.actor)

    def _new(self, number: int) -> Member:
        actor = self._start()
        return Member(number, actor, actor.ready.remote())

    def ready(self) -> list[Member]:
        """Those that can be sent something, the least busy first. Raises what a model raises that cannot be loaded."""
        for member in self._members:
            if not member.node and self.ray.wait([member.ready], timeout=0)[0]:
                self._arrived(member)
        return sorted((member for member in self._members if member.node), key=lambda member: len(member.sent))

    def _arrived(self, member: Member) -> None:
        try:
            member.node = self.ray.get(member.ready)
            self._ended = 0
        except self.ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except self.ray.exceptions.RayError as error:
            self._ended += 1
            if self._ended >= STARTS:
                raise Problem(
                    _("Workers end as soon as they start: {reason}").format(reason=first_lines(error)),
                    _("Look into the log of the workers: they may have too little memory."),
                    _("What was finished before is kept."),
                ) from error
            self.replace(member, error)

    def ask_again(self, member: Member) -> None:
        """Whether a worker is still there; until it answers it is sent nothing."""
        member.node, member.ready = "", member.actor.ready.remote()

    def replace(self, member: Member, error: Exception) -> None:
        """Another worker in the place of one that is gone, unless there is one already."""
        if member not in self._members:
            return
        LOG.warning("worker %s on %s ended: %s", member.number, member.node or "no node yet", first_lines(error))
        self.ray.kill(member.actor)
        self._members[self._members.index(member)] = self._new(member.number)

    def members(self) -> list[Member]:
        return self._members


def first_lines(error: Exception) -> str:
    """What Ray says in many lines, in one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:3]) or type(error).__name__
