"""Where networks are run for a run's measurements: in this process, or by workers elsewhere (``on_ray``).

Everything that takes long is a ``Step``, the same function of a model and of one part after another. Whoever carries it
out cuts, sends and retries as suits; what a part gives does not hang on who measured it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.runs.progress import Tell, Watcher

CHUNK = 256
"""Pairs that are measured at once, and lost when the work is killed."""

Part = TypeVar("Part")
Result = TypeVar("Result")


def _refuse(_part: Any) -> Any:
    raise Problem(
        _("A part of the work ends every process that measures it."),
        _("Look into the log of the workers: they may have too little memory."),
        _("What was finished before is kept."),
    )


def _size_one(_part: Any) -> int:
    return 1


def _unnamed(_part: Any) -> str:
    return ""


@dataclass(frozen=True)
class Step(Generic[Part, Result]):
    """``measure(model, part, tell)`` gives what is wanted of one part; it is sent to other processes, as are the parts.

    size: how many pairs or texts a part has, as ``tell`` counts them. halves: two parts that are the same together;
    none where it cannot be cut further. lost: what stands for a part without halves that ends every process that
    measures it. merge: the results of consecutive parts as one, where that is smaller. name: what people are told of
    a part.
    """

    measure: Callable[[Model, Part, Tell], Result]
    size: Callable[[Part], int] = _size_one
    halves: Callable[[Part], Sequence[Part]] = lambda _part: ()
    lost: Callable[[Part], Result] = _refuse
    merge: Callable[[Sequence[Result]], Result] | None = None
    name: Callable[[Part], str] = _unnamed


class Workers(Protocol):
    """Who has a model and carries out steps."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def here(self) -> bool:
        """Whether it is this process alone: what is cut into parts takes longer then, if only a little."""

    def part_size(self, pairs: int) -> int:
        """How many pairs a part should have of so many."""

    def results(self, step: Step[Part, Result], parts: Sequence[Part], watcher: Watcher) -> Iterator[Result]:
        """What each part gives, in the order of the parts; where the step merges, of several parts together."""


class Where(Protocol):
    """Where workers are found."""

    def workers(self, name: str, get: Callable[[], Model], dtype: str) -> AbstractContextManager[Workers]:
        """Workers for a model, until the block ends. get: brings it into this process; elsewhere it is loaded by its
        name, with weights of this dtype.
        """


class _InThisProcess:
    count, here = 1, True

    def __init__(self, get: Callable[[], Model]) -> None:
        self._get = get

    def part_size(self, pairs: int) -> int:  # noqa: ARG002  as others have it
        return CHUNK

    def results(self, step: Step[Part, Result], parts: Sequence[Part], watcher: Watcher) -> Iterator[Result]:
        for part in parts:
            yield step.measure(self._get(), part, watcher.count)


class Here:
    """In this process, part after part."""

    def workers(self, name: str, get: Callable[[], Model], dtype: str) -> AbstractContextManager[Workers]:  # noqa: ARG002
        return nullcontext(_InThisProcess(get))


def in_this_process(model: Model) -> Workers:
    """Who carries out steps where the model is loaded already."""
    return _InThisProcess(lambda: model)


HERE = Here()
