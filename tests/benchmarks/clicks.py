"""What a page costs: the script of a click on a head, and what is sent of its charts.

By hand: ``PYTHONPATH=. python tests/benchmarks/clicks.py [PAGE …]``. CPU time of the script's own thread and not the
clock, since other work may run beside it, and so may the test's thread, which polls; quote the ratios of two versions
measured together.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import thread_time
from types import MappingProxyType
from unittest.mock import patch

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from mhattn_core.bench.corpus import sentence
from mhattn_core.cli.terminal import print_table

ROOT = Path(__file__).parents[2]
ROUNDS = 5
OPENED_ON = MappingProxyType({"runs": {"tab": "saved", "run": "ewt-dev"}})
PAGES = (
    *("overview", "attention", "head", "head_roles", "redundancy", "compare_models", "fault_tolerance"),
    *("translation", "fusion", "runs"),
)
CLICKS: dict[str, Callable[[AppTest, int], object]] = {
    "overview": lambda app, number: _set_parameter(app, "pinned", ("minilm · L1 H2", "minilm · L3 H7")[number % 2]),
    "attention": lambda app, number: app.selectbox(key="head").set_value(("L1 H2", "L3 H7")[number % 2]),
}
"""What the callback of a click leaves behind, where the page has a head to click at; elsewhere nothing changes."""


def opened(page: str, *, words: int = 0) -> AppTest:
    """The page in a new session; words: of a sentence that is typed."""
    script = (ROOT / "dashboard.py").read_text(encoding="utf-8")
    app = AppTest.from_string(script, default_timeout=600)
    for key, value in OPENED_ON.get(page, {}).items():
        app.query_params[key] = value
    app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    if words:
        app.text_area(key="target").set_value("")
        app.text_area(key="source").set_value(sentence(words)).run()
    assert not app.exception, app.exception
    return app


@contextmanager
def script_times() -> Iterator[list[float]]:
    """Seconds of CPU of each script that runs meanwhile, in its own thread."""
    run, taken = LocalScriptRunner._run_script_thread, list[float]()

    def timed(runner: LocalScriptRunner) -> None:
        start = thread_time()
        run(runner)
        taken.append(thread_time() - start)

    with patch.object(LocalScriptRunner, "_run_script_thread", timed):
        yield taken


def row(page: str, *, words: int = 0) -> dict[str, object]:
    """Milliseconds of CPU and kilobytes of one page."""
    app = opened(page, words=words)
    specs, data = _sent(app)
    times, changed = [], []
    for number in range(ROUNDS):
        before = _charts(app)
        CLICKS.get(page, lambda *_: None)(app, number)
        with script_times() as taken:
            app.run()
        times.append(sum(taken))
        changed.append(sum(len(one) for key, one in _charts(app).items() if before.get(key) != one))
    return {
        "page": f"{page}, {words} words" if words else page,
        "charts": len(app.get("vega_lite_chart")),
        "a click's script, ms of CPU": round(median(times) * 1000),
        "specs, kB": round(specs / 1000, 1),
        "their data, kB": round(data / 1000, 1),
        "a click sends, kB": round(median(changed) / 1000, 1),
    }


def _sent(app: AppTest) -> tuple[int, int]:
    protos = [chart.proto for chart in app.get("vega_lite_chart")]
    data = sum(len(part.data.data) for one in protos for part in one.datasets) + sum(
        len(one.data.data) for one in protos
    )
    return sum(len(one.spec.encode()) for one in protos), data


def _charts(app: AppTest) -> dict[int, bytes]:
    return dict(enumerate(chart.proto.SerializeToString() for chart in app.get("vega_lite_chart")))


def _set_parameter(app: AppTest, key: str, value: str) -> None:
    app.query_params[key] = value
    app.session_state[key] = value


def table(pages: Iterable[str]) -> Iterable[dict[str, object]]:
    """A row a page; Attention at two lengths beside the pair that it opens on."""
    for page in pages:
        yield row(page)
        if page == "attention":
            yield from (row(page, words=words) for words in (128, 300))


if __name__ == "__main__":
    # Streamlit warns again and again that no server runs: here its scripts are timed without one.
    logging.disable(logging.WARNING)
    print_table(list(table(sys.argv[1:] or PAGES)))
