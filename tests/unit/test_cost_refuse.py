"""What is refused before it starts: models that can measure nothing, sums that fit neither memory nor disk."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from mhattn_core.errors import Problem
from mhattn_core.models import memory
from mhattn_core.runs import cost
from mhattn_core.runs.cost import Cost, refuse

MEGABYTE = 10**6
SMALL = Cost("minilm", 900, 30 * MEGABYTE, 20 * MEGABYTE, 4.0, {"forward": 3.0, "basic": 1.0}, 0.0, 24, ())


def machine(monkeypatch: pytest.MonkeyPatch, *, memory: int = 10**12, disk: int = 10**12) -> list[Path]:
    """A machine with so many bytes free; the list holds the places whose disk was looked at."""
    looked: list[Path] = []

    def disk_usage(path: Path) -> SimpleNamespace:
        looked.append(path)
        return SimpleNamespace(free=disk)

    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=memory))
    monkeypatch.setattr(cost, "disk_usage", disk_usage)
    return looked


def test_what_fits_exactly_is_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, memory=30 * MEGABYTE, disk=40 * MEGABYTE)
    refuse([SMALL, SMALL], tmp_path)
    refuse([], tmp_path)


def test_models_come_one_after_another_so_the_largest_alone_needs_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = replace(SMALL, model="smollm2", memory=50 * MEGABYTE)
    machine(monkeypatch, memory=50 * MEGABYTE)
    refuse([SMALL, large], tmp_path)
    machine(monkeypatch, memory=50 * MEGABYTE - 1)
    with pytest.raises(Problem, match="50 MB of memory; 50 MB are free") as refused:
        refuse([SMALL, large], tmp_path)
    assert "fewer models" in refused.value.remedy


def test_what_is_written_adds_up_over_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, disk=39 * MEGABYTE)
    refuse([SMALL], tmp_path)
    with pytest.raises(Problem, match=r"needs 40 MB in “.*”; 39 MB are free"):
        refuse([SMALL, SMALL], tmp_path)


def test_the_disk_that_counts_is_that_of_the_folder_that_is_still_to_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = machine(monkeypatch)
    refuse([SMALL], tmp_path / "not" / "yet")
    monkeypatch.chdir(tmp_path)
    refuse([SMALL], Path("beside/me"))
    assert looked == [tmp_path, tmp_path]


def test_a_model_that_could_measure_none_of_what_was_tried_is_refused_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch)
    refuse([replace(SMALL, tried=3, reasons=("Too long.", "Too long."))], tmp_path)
    with pytest.raises(Problem, match="“minilm” could measure none of 3 pairs that were tried: Too long"):
        refuse([SMALL, replace(SMALL, tried=3, reasons=("Too long.",) * 3)], tmp_path)
    refuse([replace(SMALL, tried=3, reasons=("Too long.",) * 3, windowed=True)], tmp_path)


def test_in_a_container_its_limit_counts_not_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    for name, size in (("CGROUP_LIMIT", 64 * MEGABYTE), ("CGROUP_USED", 40 * MEGABYTE)):
        (tmp_path / name).write_text(f"{size}\n")
        monkeypatch.setattr(memory, name, tmp_path / name)
    refuse([replace(SMALL, memory=24 * MEGABYTE)], tmp_path)
    with pytest.raises(Problem, match="24 MB are free"):
        refuse([SMALL], tmp_path)
