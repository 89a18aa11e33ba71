"""A real server and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from container import ROOT, command
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 60  # seconds: how long a busy machine may take before the test gives up
expect.set_options(timeout=PATIENCE * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM or os.environ.get("CI"):
        return
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(
                pytest.mark.skip(reason="no Chromium or Chrome on this machine; install one to run the browser tests")
            )


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps runs. What a test puts there it takes away again."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def server(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard on a free port of the loopback, with a folder of its own for runs; its output is shown if it
    dies at once.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"MHATTN_RUNS": str(runs)}
    # A file: a pipe that nobody reads is full after a while, and the server waits for ever to write its next warning.
    output = tmp_path_factory.mktemp("server") / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command("CMD", port)],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process, output)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], output: Path) -> None:
    for _attempt in range(PATIENCE):
        if process.poll() is not None:
            raise RuntimeError(f"the dashboard ended at once:\n{output.read_text()}")
        try:
            urlopen(f"{address}/_stcore/health", timeout=1).close()  # noqa: S310 - our own server
        except (URLError, TimeoutError):
            time.sleep(1)
        else:
            return
    raise RuntimeError("the dashboard did not answer")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """For whoever comes a first time, or beside ``page``."""
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def returning(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser that keeps Streamlit's own files, compiled, as people's do: a page opens with a fifth less work."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("browser"), executable_path=CHROMIUM, args=FLAGS, locale="en-US"
    )
    context.set_default_timeout(PATIENCE * 1000)
    yield context
    context.close()


@pytest.fixture
def page(returning: BrowserContext, server: str) -> Iterator[Page]:
    yield from _opened(returning, server, {"width": 1440, "height": 1000})


@pytest.fixture
def phone(returning: BrowserContext, server: str) -> Iterator[Page]:
    yield from _opened(returning, server, {"width": 390, "height": 844})


def _opened(returning: BrowserContext, server: str, size: ViewportSize) -> Iterator[Page]:
    """A tab; of what the test left in the browser, nothing stays but Streamlit's files."""
    page = returning.new_page()
    page.set_viewport_size(size)
    yield page
    returning.set_offline(False)
    returning.new_cdp_session(page).send(
        "Storage.clearDataForOrigin", {"origin": server, "storageTypes": "cookies,local_storage"}
    )
    page.close()
