"""What more workers bring, against one."""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from statistics import median
from time import perf_counter

from mhattn_core.bench.corpus import varied_pairs
from mhattn_core.models.load import load
from mhattn_core.runs.model_sums import records_step
from mhattn_core.runs.on_ray import OnRay, connected
from mhattn_core.runs.progress import Telling
from mhattn_core.runs.where import CHUNK, HERE, Where, Workers
from mhattn_core.text.reading import PairRecord

PAIRS = 2048
PART = 128


def worker_speed(name: str, counts: Sequence[int], *, rounds: int, device: str, dtype: str) -> list[dict[str, object]]:
    """Pairs per second of so many workers of one thread each, their start left out; speed-up: over one of them;
    efficiency: speed-up by worker. process: this one, with all its threads. Rounds take turns, so that what else the
    machine does meets all alike.
    """
    records = [PairRecord(str(line), pair, line) for line, pair in enumerate(islice(varied_pairs(), PAIRS))]
    together = sorted({1, *counts})
    connected(None, sum(together))  # idle ones wait beside those that work
    ways: dict[int, Where] = {0: HERE} | {count: OnRay(count) for count in together}
    model = load(name, device, dtype=dtype)
    times: dict[int, list[float]] = {count: [] for count in ways}
    with ExitStack() as stack:
        workers = {
            count: stack.enter_context(where.workers(name, lambda: model, dtype)) for count, where in ways.items()
        }
        for group in workers.values():
            _over(group, records[: PART * max(group.count, 1)])  # they start, and do what is slow once
        for _round in range(rounds):
            for count, group in workers.items():
                times[count].append(_over(group, records))
    one = median(times[1])
    return [
        {
            "workers": count or "this process",
            "pairs per second": len(records) / median(taken),
            "speed-up": one / median(taken),
            "efficiency": one / median(taken) / count if count else "",
        }
        for count, taken in times.items()
    ]


def _over(workers: Workers, records: Sequence[PairRecord]) -> float:
    """Seconds that the sums of pairs take."""
    size = CHUNK if workers.here else PART
    parts = [records[start : start + size] for start in range(0, len(records), size)]
    begun = perf_counter()
    for _sums in workers.results(records_step(["basic"], None), parts, Telling(lambda _pairs: None)):
        pass
    return perf_counter() - begun
