"""The sums of a run measured by the workers of a Ray cluster, on this machine or on many.

A worker is a process that loads the model and measures the parts that it is sent, one thread each, so that many short
pairs fill all cores. Parts come back in the order of the corpus: what is done is always its beginning, and a run that is
stopped goes on with any number of workers, or with none. Ray starts a worker again that dies, and gives it its part
again; a part that takes its worker with it twice is halved until the pair is found, which is left out.
"""

import logging
import os
import re
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import Language, _, current_language, use_language
from mhattn_core.models.model import Model
from mhattn_core.runs.sums import ModelSums
from mhattn_core.runs.where import CHUNK, HERE, ModelWork, Where, sums_of
from mhattn_core.text.reading import PairRecord

HOST, PATIENCE = re.compile(r"(?P<host>[\w.-]+):(?P<port>\d+)"), 10.0
FEWEST = 8
"""Pairs in a part, at the least: with fewer, sending takes longer than measuring."""
PARTS = 32
"""Into which a small corpus is cut, so that no worker waits long for the last; however many there are, the parts are the
same, and so is what they add up to."""
AHEAD = 2
"""Parts that a worker is given at once, so that it never waits for the next."""
STORE = 512 * 2**20
"""Bytes that parts on their way may take on this machine."""


class OnRay:
    """workers: how many; by default one a core of the cluster. address: of a cluster that is there, or ``auto``; without
    it one is started on this machine, and ends with this process.
    """

    def __init__(self, workers: int | None = None, address: str | None = None, device: str = "auto") -> None:
        self.workers, self.address, self.device = workers, address, device

    def sums(self, work: ModelWork) -> Iterator[ModelSums]:
        """Raises Problem where Ray, its cluster, or on a worker the model cannot be had."""
        ray = _connected(self.address, self.workers)
        cores, cards = (int(ray.cluster_resources().get(kind, 0)) for kind in ("CPU", "GPU"))
        on_cards = cards > 0 and self.device in ("auto", "cuda")
        worker = ray.remote(num_cpus=1, num_gpus=int(on_cards), max_restarts=-1, max_task_retries=1)(_Worker)
        device = "cuda" if on_cards else "cpu" if self.device == "auto" else self.device
        parts = _parts(work.records)
        count = min(self.workers or (cards if on_cards else max(cores, 1)), len(parts))
        actors = [worker.remote(work.name, device, current_language()) for _number in range(count)]
        try:
            yield from in_order(ray, actors, parts, work)
        finally:
            for actor in actors:
                ray.kill(actor)


def from_environment() -> Where:
    """Where a copy of the dashboard measures: on the cluster that ``MHATTN_RAY`` names (``auto``: that of this machine),
    else here.
    """
    address = os.environ.get("MHATTN_RAY")
    return OnRay(address=address) if address else HERE


def _connected(address: str | None, workers: int | None) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is None:
        # Ray reads it when it is imported; with it a cluster of one machine is heard on that machine alone.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        import ray
    except ImportError as error:
        raise Problem(
            _("Ray, which spreads the work over processes and machines, is not installed."),
            _("Run: {command}").format(command="pip install 'ray>=2.60,<3'"),
        ) from error
    if ray.is_initialized():
        return ray
    here: dict[str, Any] = {
        "num_cpus": workers or os.cpu_count(),
        "include_dashboard": False,
        "object_store_memory": STORE,
    }
    try:
        if address and (host_and_port := HOST.fullmatch(address)):
            # Ray itself would try for minutes.
            socket.create_connection((host_and_port["host"], int(host_and_port["port"])), PATIENCE).close()
        ray.init(logging_level=logging.ERROR, log_to_driver=False, **({"address": address} if address else here))
    except (OSError, ValueError, RuntimeError) as error:
        raise Problem(
            _("The Ray cluster at “{address}” cannot be reached.").format(address=address or _("this machine")),
            _("Start one with: {command}").format(command="ray start --head"),
        ) from error
    return ray


class _Worker:
    """A process that holds one model."""

    def __init__(self, name: str, device: str, language: Language) -> None:
        self._name, self._device, self._language = name, device, language
        self._model: Model | None = None

    def sums(self, records: Sequence[PairRecord], measures: Sequence[str], tokens: int | None) -> ModelSums:
        import torch

        from mhattn_core.models.load import load

        use_language(self._language)
        if self._model is None:
            torch.set_num_threads(1)
            self._model = load(self._name, self._device)
        sums = ModelSums()
        for start in range(0, len(records), CHUNK):
            sums.add(sums_of(self._model, records[start : start + CHUNK], measures, tokens))
        return sums


def _parts(records: Sequence[PairRecord]) -> list[Sequence[PairRecord]]:
    size = min(CHUNK, max(FEWEST, -(-len(records) // PARTS)))
    return [records[start : start + size] for start in range(0, len(records), size)]


def in_order(ray: Any, actors: list[Any], parts: list[Sequence[PairRecord]], work: ModelWork) -> Iterator[ModelSums]:
    """The sums of ``parts`` in their order, each measured by one of ``actors``, of which each has a few at a time."""

    def submit(number: int, records: Sequence[PairRecord]) -> Any:
        return actors[number % len(actors)].sums.remote(records, work.measures, work.tokens)

    def settled(number: int, records: Sequence[PairRecord], reference: Any) -> ModelSums:
        try:
            sums: ModelSums = ray.get(reference)
            return sums
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except ray.exceptions.RayActorError:
            if len(records) == 1:
                return ModelSums(done=1, reasons={0: _("The process that measured it ended.")})
            sums, half = ModelSums(), len(records) // 2
            for some in (records[:half], records[half:]):
                sums.add(settled(number, some, submit(number, some)))
            return sums

    waiting = deque(enumerate(parts))
    sent: deque[tuple[int, Sequence[PairRecord], Any]] = deque()
    while waiting or sent:
        while waiting and len(sent) < AHEAD * len(actors):
            number, records = waiting.popleft()
            sent.append((number, records, submit(number, records)))
        number, records, reference = sent.popleft()
        sums = settled(number, records, reference)
        work.tell(len(records))
        yield sums
