"""A shared copy under load: how long visitors wait, what they are shown, and what the server takes.

By hand: ``PYTHONPATH=. python tests/browser/load.py [SESSIONS …]``. Visitors speak Streamlit's protocol, without a
browser, over the loopback alone; each types a sentence with a word of its own, which nobody else may ever be sent.
"""

import asyncio
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from container import ROOT, command
from session import Session, View

from mhattn_core.cli.terminal import print_table

PATIENCE = 600.0
SESSIONS = (1, 10, 20, 50)
COME_AND_GO, BESIDE = 200, 10
"""Visitors who come one after another, so many at a time, before memory is read again."""
MARK = "Zebra%04d"
HEADS = "Head"
PAIRS = "Cells as you copied them"
ADDRESSES: tuple[tuple[str, dict[str, str]], ...] = (
    ("attention", {"models": "minilm"}),
    ("", {}),
    ("fault_tolerance", {"models": "minilm", "tab": "live"}),
    ("redundancy", {"models": "minilm", "evidence": "pair"}),
    ("fusion", {"models": "minilm"}),
    ("attention", {"models": "marian-en-zh", "lang": "zh"}),
    ("inside_a_head", {"models": "minilm"}),
    ("runs", {"tab": "own"}),
)
"""What the visitors open, in turn."""
SLOW: tuple[str, dict[str, str]] = ("fault_tolerance", {"models": "smollm2", "tab": "live"})
"""A page that puts its pair through the network once for each of 270 heads."""
CLICKS = 20
"""On another head, by one visitor, alone and beside a slow task."""


@dataclass
class Visit:
    """What one visitor was sent: at first, after a click on another head, and with pairs of its own."""

    mark: str
    address: tuple[str, dict[str, str]]
    first: View
    click: View | None = None
    brought: View | None = None

    @property
    def views(self) -> list[View]:
        return [view for view in (self.first, self.click, self.brought) if view]


async def visit(server: str, mark: str, address: tuple[str, dict[str, str]]) -> Visit:
    """One visitor: opens a shared link with its sentence, chooses another head, brings two pairs."""
    page, parameters = address
    async with Session(server) as session:
        shared = {"source": f"{mark} sleeps on the old mat."}
        made = Visit(mark, address, await session.open(page, **parameters, **shared))
        if heads := next((label for label in made.first.widgets if label.startswith(HEADS)), ""):
            made.click = await session.set(made.first, heads, made.first.widgets[heads].options[-1])
        if PAIRS in made.first.widgets:
            made.brought = await session.set(made.first, PAIRS, f"{mark} slept.\tIt was tired.\n")
        return made


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Address and process of a shared copy on a free port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as runs:
        process = subprocess.Popen(
            [sys.executable, "-m", *command("CMD", port)],
            cwd=ROOT,
            env=os.environ | {"MHATTN_RUNS": runs, "MHATTN_HOSTED": "1"},
            stdout=subprocess.DEVNULL,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/_stcore/health")
            yield address, process.pid
        finally:
            process.terminate()
            process.wait()


def _wait_for(health: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(health, timeout=1).close()  # noqa: S310 - our own server
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)
        else:
            return


def memory(process: int) -> float:
    """Megabytes that a process holds."""
    held = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    return int(held[1]) / 1024 if held else float("nan")


async def at_once(server: str, numbers: Sequence[int]) -> list[Visit]:
    return list(
        await asyncio.gather(*(visit(server, MARK % number, ADDRESSES[number % len(ADDRESSES)]) for number in numbers))
    )


async def differing(server: str, visits: Sequence[Visit]) -> int:
    """How many views hold other charts than the same visitor is sent when alone."""
    different = 0
    for one in visits:
        alone = await visit(server, one.mark, one.address)
        different += sum(here.charts != there.charts for here, there in zip(one.views, alone.views, strict=True))
    return different


def foreign(visits: Sequence[Visit], everybody: int) -> int:
    """Pairs of a view and somebody else's word in it."""
    marks = [MARK % number for number in range(everybody)]
    return sum(view.holds(mark) for one in visits for view in one.views for mark in marks if mark != one.mark)


def row(visits: Sequence[Visit], everybody: int) -> dict[str, object]:
    firsts = [min(one.first.first_chart, one.first.whole) for one in visits]
    clicks = [one.click.whole for one in visits if one.click]
    return {
        "sessions at once": len(visits),
        "first chart, s, median": round(median(firsts), 2),
        "worst": round(max(firsts), 2),
        "click, s, median": round(median(clicks), 2) if clicks else "",
        "worst click": round(max(clicks), 2) if clicks else "",
        "errors": sum(len(view.errors) for one in visits for view in one.views),
        "own words missing": sum(not view.holds(one.mark) for one in visits for view in one.views),
        "words of others": foreign(visits, everybody),
    }


async def clicks(server: str, mark: str, *, until: Callable[[int], bool]) -> list[View]:
    """One visitor's clicks on the heads of a page in turn, until so many are enough."""
    page, parameters = ADDRESSES[0]
    made: list[View] = []
    async with Session(server) as session:
        first = await session.open(page, **parameters, source=f"{mark} sleeps on the old mat.")
        box = next(label for label in first.widgets if label.startswith(HEADS))
        heads = first.widgets[box].options
        while not until(len(made)):
            made.append(await session.set(first, box, heads[len(made) % len(heads)]))
    return made


async def beside_a_slow_task(server: str, marks: Sequence[str]) -> list[dict[str, object]]:
    """Clicks of a visitor alone, and while another's slow task is at work."""
    alone = await clicks(server, marks[0], until=lambda made: made >= CLICKS)
    start = time.monotonic()
    slow = asyncio.create_task(visit(server, marks[1], SLOW))
    beside = await clicks(server, marks[0], until=lambda made: slow.done() or made >= CLICKS)
    over, took = slow.done(), (await slow) and time.monotonic() - start
    names = ("alone", f"beside a slow task of {took:.0f} s{' that ended before' if over else ''}")
    return [
        {
            "clicks of one": name,
            "number": len(views),
            "median, s": round(median(view.whole for view in views), 2),
            "worst": round(max(view.whole for view in views), 2),
        }
        for name, views in zip(names, (alone, beside), strict=True)
    ]


async def measure(sessions: Sequence[int]) -> None:
    numbers, rows = count(), []
    with serving() as (server, process):
        for _page in ADDRESSES:  # a warm copy: models are loaded, and every page has been drawn once
            await at_once(server, [next(numbers)])
        for many in sessions:
            visits = await at_once(server, [next(numbers) for _one in range(many)])
            here = row(visits, next(numbers)) | {"server, MB": round(memory(process))}
            here["other than alone"] = await differing(server, visits) if many == sessions[-1] else ""
            rows.append(here)
        for _round in range(COME_AND_GO // BESIDE):
            await at_once(server, [next(numbers) for _one in range(BESIDE)])
        rows.append({"sessions at once": f"+ {COME_AND_GO}, come and gone", "server, MB": round(memory(process))})
        print_table(rows)
        print_table(await beside_a_slow_task(server, [MARK % next(numbers) for _one in range(2)]))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(measure([int(one) for one in sys.argv[1:]] or SESSIONS))
