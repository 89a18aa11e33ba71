"""What tests of pages share."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from own_runs import forget, release, settle
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner
from tiny import put_translator

from mhattn_core.ui.kept import of_documents

# Each run of a page under test begins as a server does, and looks through every installed package for components.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

# It looks a thousand times a second whether the script has ended, and takes the interpreter from it each time.
_looks = local_script_runner.require_widgets_deltas


def _waits(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    runner._script_thread.join(timeout)
    _looks(runner, timeout)


local_script_runner.require_widgets_deltas = _waits


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    of_documents().clear()


@pytest.fixture
def bart(tmp_path: Path) -> str:
    """A tiny random translator that takes 256 tokens."""
    return str(put_translator(tmp_path / "bart", "bart"))


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for runs, and a queue that is empty in the end."""
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "runs"))
    yield
    release.set()
    settle()
    forget()
    release.clear()
