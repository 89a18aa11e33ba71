"""How far a download is, told to whoever asked in this thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from huggingface_hub.utils.tqdm import tqdm

Report = Callable[[str, float], None]
"""Takes the name of the file and the share of it that is here, 0 to 1. What it raises ends the download."""

_report: ContextVar[Report | None] = ContextVar("report", default=None)


@contextmanager
def reporting(report: Report) -> Iterator[None]:
    """Tell ``report`` of the downloads in the block; what is here when it is cancelled stays, and is not fetched
    again.
    """
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


class Bar(tqdm):
    """The bar of a terminal, which also reports; where no terminal shows it, it counts all the same."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        self._file = str(options.get("desc") or "").rsplit("/", 1)[-1]  # a server may give the whole address
        self._done = float(options.get("initial") or 0)

    def update(self, n: float | None = 1) -> bool | None:
        shown: bool | None = super().update(n)
        self._done += n or 0
        report = _report.get()
        if report is not None and self.total:
            report(self._file, min(1.0, self._done / self.total))
        return shown
