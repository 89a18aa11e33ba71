"""The library installs by itself: what pyproject.toml lists is what is there."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
CORE = ROOT / "mhattn_core"
PYPROJECT = tomllib.loads((CORE / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_of_python_is_a_package_of_the_wheel() -> None:
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in CORE.rglob("*.py")}
    assert sorted(folders) == PYPROJECT["tool"]["setuptools"]["packages"]


def test_every_file_of_data_is_in_the_wheel() -> None:
    globs = PYPROJECT["tool"]["setuptools"]["package-data"]
    packages = {path.parent for path in CORE.rglob("*.py")}
    everywhere = {path for package in packages for pattern in globs["*"] for path in package.glob(pattern)}
    named = {
        path
        for package, patterns in globs.items()
        if package != "*"
        for pattern in patterns
        for path in _folder(package).glob(pattern)
    }
    data = {
        path for path in CORE.rglob("*") if path.is_file() and not {"__pycache__", "mhattn.egg-info"} & set(path.parts)
    }
    assert {path for path in data if path.suffix != ".py"} == everywhere | named


@pytest.mark.parametrize(
    ("pinned", "installed"),
    [
        ("requirements.txt", PYPROJECT["project"]["dependencies"]),
        ("tests/requirements.txt", PYPROJECT["project"]["optional-dependencies"]["tests"]),
    ],
)
def test_the_versions_that_are_tested_lie_in_the_ranges_that_are_installed(pinned: str, installed: list[str]) -> None:
    ranges = {canonicalize_name(one.name): one.specifier for one in map(Requirement, installed)}
    lines = (ROOT / pinned).read_text(encoding="utf-8").split()
    pins = dict(line.split("==") for line in lines)
    assert {canonicalize_name(name) for name in pins} == ranges.keys()
    for name, version in pins.items():
        assert version in ranges[canonicalize_name(name)], name


def _folder(package: str) -> Path:
    return ROOT.joinpath(*package.split("."))
