"""Runs on a Ray cluster whose workers, machines and asking process are killed at random moments, against one that was
left alone. By hand: ``PYTHONPATH=. python tests/benchmarks/faults.py [PAIRS] [RUNS OF EACH KIND]``; it prints a table.

The cluster has a head without cores and two machines (raylets) of one core each; the model is a tiny one.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1", "RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"}
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "model")]
os.environ["PYTHONPATH"] = str(ROOT)  # workers are started by raylets

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402
from tiny import put_model  # noqa: E402

import mhattn_core as mh  # noqa: E402
from mhattn_core.runs.shard_sums import ShardSums  # noqa: E402

MACHINE: dict[str, Any] = {"num_cpus": 1, "memory": 2 * 10**9, "object_store_memory": 200 * 2**20}
DRIVER = """
import logging, sys, time
import mhattn_core as mh
from mhattn_core.runs.on_ray import OnRay
logging.basicConfig(level="WARNING")
corpus, model, out, address, workers = sys.argv[1:]
mh.analyze([model], corpus, out=out, where=OnRay(int(workers), address), progress=lambda p: print(p.done, flush=True))
"""


def corpus(folder: Path, pairs: int) -> Path:
    folder.mkdir()
    for number, start in enumerate(range(0, pairs, 4000)):
        rows = [
            {"source": f"The cat {'sat ' * (place % 5)}{place}", "target": "It slept." * (place % 2)}
            for place in range(start, min(start + 4000, pairs))
        ]
        pq.write_table(pa.Table.from_pylist(rows), folder / f"part-{number}.parquet", row_group_size=500)
    return folder


def start_driver(cluster: Cluster, given: tuple[Path, Path], out: Path, workers: int) -> subprocess.Popen[str]:
    arguments = [str(path) for path in (*given, out, cluster.address, workers)]
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def is_worker(process: psutil.Process) -> bool:
    try:
        return process.name().startswith("ray::_Worker") and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


class Run:
    """One run that is disturbed ``times`` times by ``kill``; ``log`` is what it said."""

    def __init__(self, cluster: Cluster, given: tuple[Path, Path], out: Path, dice: random.Random) -> None:
        self.cluster, self.given, self.out, self.dice = cluster, given, out, dice
        self.killed, self.starts, self.log = 0, 0, ""

    def go(self, kill: Callable[["Run", subprocess.Popen[str]], bool], times: int) -> None:
        while True:
            self.starts += 1
            driver = start_driver(self.cluster, self.given, self.out, 1 if self.starts % 2 == 0 else 2)
            said: list[str] = []
            listening = threading.Thread(target=said.extend, args=(driver.stdout,), daemon=True)
            listening.start()
            begun = time.monotonic()
            while driver.poll() is None and time.monotonic() - begun < 600:
                time.sleep(self.dice.uniform(0.5, 5.0))
                working = any(line.strip().isdigit() and int(line) for line in said)
                if self.killed < times and working and driver.poll() is None and kill(self, driver):
                    self.killed += 1
            driver.wait(timeout=60)
            listening.join()
            self.log += "".join(line for line in said if not line.strip().isdigit())
            if driver.returncode == 0:
                return
            if driver.returncode != -signal.SIGKILL:
                raise RuntimeError(self.log)


def kill_worker(run: Run, _driver: subprocess.Popen[str]) -> bool:
    workers = [process for process in psutil.process_iter() if is_worker(process) and process.ppid() in raylets(run)]
    if workers:
        run.dice.choice(workers).send_signal(signal.SIGKILL)
    return bool(workers)


def raylets(run: Run) -> set[int]:
    """The raylets of this cluster: only what it started is ever killed."""
    found = set()
    for node in run.cluster.worker_nodes:
        found |= {info.process.pid for info in node.all_processes["raylet"]}
    return found


def kill_machine(run: Run, _driver: subprocess.Popen[str]) -> bool:
    node = run.dice.choice(sorted(run.cluster.worker_nodes, key=id))
    run.cluster.remove_node(node, allow_graceful=False)
    run.cluster.add_node(**MACHINE)
    return True


def kill_driver(_run: Run, driver: subprocess.Popen[str]) -> bool:
    driver.send_signal(signal.SIGKILL)
    return True


def anything(run: Run, driver: subprocess.Popen[str]) -> bool:
    return run.dice.choice([kill_worker, kill_machine, kill_driver])(run, driver)


KINDS = {"a worker": kill_worker, "a machine": kill_machine, "the asking process": kill_driver, "any of them": anything}


def difference(run: mh.Run, expected: mh.Run) -> float:
    """The largest relative difference of any number of ``heads``."""
    numbers = ["value", "low", "high", "n"]
    here, there = (one.heads[numbers].to_numpy(float) for one in (run, expected))
    assert here.shape == there.shape
    assert (np.isnan(here) == np.isnan(there)).all()
    return float(np.nanmax(np.abs(here - there) / np.maximum(np.abs(there), 1e-300), initial=0.0))


def main(pairs: int, each: int) -> None:
    logging.basicConfig(level=logging.ERROR)
    dice = random.Random(0)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": 200 * 2**20})
    cluster.add_node(**MACHINE)
    cluster.add_node(**MACHINE)
    table = Table(
        "killed", "run", "kills", "starts", "shards", "pairs", "named in the log", "largest difference", "seconds"
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        given = corpus(folder / "corpus", pairs), put_model(folder / "model")
        alone = Run(cluster, given, folder / "alone", dice)
        alone.go(lambda _run, _driver: False, 0)
        expected = mh.Run.open(folder / "alone")
        for kind, kill in KINDS.items():
            for number in range(1, each + 1):
                run = Run(cluster, given, folder / f"{kind}-{number}", dice)
                begun = time.monotonic()
                run.go(kill, 3)
                sums = ShardSums.load(run.out / "sums" / "0.npz")
                found = mh.Run.open(run.out)
                row = (run.killed, run.starts, len(sums.shards), sums.done, run.log.count(" ended: "))
                table.add_row(
                    kind,
                    str(number),
                    *map(str, row),
                    f"{difference(found, expected):.1e}",
                    f"{time.monotonic() - begun:.0f}",
                )
                sys.stderr.write(f"{kind} {number}: {row} {difference(found, expected)}\n")
    cluster.shutdown()
    Console(width=140).print(table)


if __name__ == "__main__":
    main(*(int(argument) for argument in [*sys.argv[1:], *("24000", "2")[len(sys.argv) - 1 :]]))
