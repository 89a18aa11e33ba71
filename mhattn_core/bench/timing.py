"""Seconds that a task takes, here and on a GPU."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter, process_time

import torch


def interleaved(tasks: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Median seconds of each task; the tasks take turns, so that a machine's moods meet all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _round in range(rounds):
        for name, task in tasks.items():
            times[name].append(elapsed(task))
    return {name: median(measured) for name, measured in times.items()}


def elapsed(task: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """Seconds until the task, and what it left a GPU to do, is done."""
    _wait()
    start = clock()
    task()
    _wait()
    return clock() - start


def work(task: Callable[[], object], device: torch.device) -> float:
    """Seconds that a processor was busy with the task, whatever else the machine does; on a GPU, by the clock."""
    return elapsed(task, process_time if device.type == "cpu" else perf_counter)


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch computes in one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
