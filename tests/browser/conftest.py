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
from playwright.sync_api import Browser, Page, expect, sync_playwright

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
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-US")
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()
