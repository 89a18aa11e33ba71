"""The workers of a Ray cluster, on this machine or on many.

A worker is a process that loads the model and measures the parts that it is sent, one thread each, so that many short
pairs fill all cores; ``ray_delivery`` says what becomes of their work when they die.
"""

import logging
import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.locale import Language, _, current_language, use_language
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.memory import readable
from mhattn_core.models.model import Model
from mhattn_core.models.sources import find
from mhattn_core.runs.progress import Watcher
from mhattn_core.runs.ray_delivery import delivered, part_size
from mhattn_core.runs.ray_pool import Pool
from mhattn_core.runs.where import HERE, Part, Result, Step, Where, Workers
from mhattn_core.version import VERSION

HOST, PATIENCE = re.compile(r"(?P<host>[\w.-]+):(?P<port>\d+)"), 10.0
STORE = 512 * 2**20
"""Bytes that parts on their way may take on this machine."""
PROCESS, COPIES = 700 * 10**6, 2
"""Bytes of a worker without a model, and how many times a model's weights it takes while it loads them and measures."""


class OnRay:
    """workers: how many; by default one a core of the cluster, as far as its memory goes. address: of a cluster that is
    there, or ``auto``; without it one is started on this machine, and ends with this process.
    """

    def __init__(self, workers: int | None = None, address: str | None = None, device: str = "auto") -> None:
        self._asked, self.address, self.device = workers, address, device

    @contextmanager
    def workers(self, name: str, get: Callable[[], Model], dtype: str) -> Iterator[Workers]:  # noqa: ARG002  they load it
        """Raises Problem where Ray, its cluster, or on a worker the model cannot be had."""
        later = _Later(lambda: self._pool(name, dtype))
        try:
            yield later
        finally:
            later.close()

    def _pool(self, name: str, dtype: str) -> Pool:
        ray = connected(self.address, self._asked)
        cards = int(ray.cluster_resources().get("GPU", 0))
        on_cards = cards > 0 and self.device in ("auto", "cuda")
        memory = PROCESS + COPIES * find(trained_name(name)).size
        room = _room(ray, memory)
        if not room:
            raise Problem(
                _("No machine of the cluster has the {memory} that a worker with “{name}” takes.").format(
                    memory=readable(memory), name=name
                ),
                _("Add a larger machine, or give Ray more memory: {command}").format(
                    command="ray start --memory BYTES"
                ),
            )
        worker = ray.remote(num_cpus=1, num_gpus=int(on_cards), memory=memory, max_restarts=0)(_Worker)
        device = "cuda" if on_cards else "cpu" if self.device == "auto" else self.device
        language = current_language()
        most = min(room, cards) if on_cards else room
        return Pool(ray, lambda: worker.remote(name, device, dtype, language, VERSION), min(self._asked or most, most))


class _Later:
    """A pool that starts when something is asked of it: what is done already needs no workers."""

    here = False

    def __init__(self, start: Callable[[], Pool]) -> None:
        self._start = start

    @cached_property
    def _pool(self) -> Pool:
        return self._start()

    @property
    def count(self) -> int:
        return self._pool.count

    def part_size(self, pairs: int) -> int:
        return part_size(pairs)

    def results(self, step: Step[Part, Result], parts: Sequence[Part], watcher: Watcher) -> Iterator[Result]:
        return delivered(self._pool, step, parts, watcher)

    def close(self) -> None:
        if "_pool" in vars(self):
            self._pool.close()


def _room(ray: Any, memory: int) -> int:
    """For how many workers the machines of the cluster have cores and memory."""
    return sum(
        min(int(node["Resources"].get("CPU", 0)), int(node["Resources"].get("memory", 0) // memory))
        for node in ray.nodes()
        if node["Alive"]
    )


def from_environment() -> Where:
    """Where a copy of the dashboard measures: on the cluster that ``MHATTN_RAY`` names (``auto``: that of this
    machine), else here.
    """
    address = os.environ.get("MHATTN_RAY")
    return OnRay(address=address) if address else HERE


def connected(address: str | None, workers: int | None) -> Any:
    """Ray, with the cluster at an address, or one on this machine for so many workers. Raises Problem."""
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
        "address": "local",  # without it Ray joins any cluster that it finds on this machine
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

    def __init__(self, name: str, device: str, dtype: str, language: Language, version: str) -> None:
        self._name, self._device, self._dtype = name, device, dtype
        self._language, self._version = language, version
        self._model: Model | None = None

    def ready(self) -> str:
        """The machine's name, once the model is loaded."""
        import torch

        from mhattn_core.models.load import load

        use_language(self._language)
        if self._version != VERSION:
            raise Problem(
                _("On “{machine}” another version of mhattn is installed.").format(machine=socket.gethostname()),
                _("Install version {version} on all machines of the cluster.").format(version=self._version),
            )
        torch.set_num_threads(1)
        self._model = load(self._name, self._device, dtype=self._dtype)
        return socket.gethostname()

    def do(self, measure: Callable[..., Any], part: Any) -> tuple[None, Any]:
        """That it is done, and what it gave: the first is small."""
        use_language(self._language)
        return None, measure(self._model, part, _nobody)

    def merge(self, merge: Callable[..., Any], *results: Any) -> Any:
        return merge(results)


def _nobody(_pairs: int) -> None:
    """Who asked counts parts."""
