"""A fault of ours is not told as the model's."""

import json
from pathlib import Path
from types import FunctionType

import pytest
import torch
from cases import family_named
from test_in_the_wild import put

import mhattn_core as mh
from mhattn_core.models.own_fault import own_fault


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("llama"), family_named("llama").build("eager"))


def test_an_exception_of_our_own_code_is_a_fault_of_ours(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our function breaks by itself: it is given a list that it takes for a mapping."""
    monkeypatch.setattr("mhattn_core.tap.survey.STACKS", 7)
    with pytest.raises(mh.Problem, match="because of a fault of mhattn itself") as problem:
        mh.load(str(folder), "cpu")
    assert "(TypeError: " in problem.value.happened
    assert "mhattn_core.tap.survey:" in problem.value.happened
    assert "report it" in problem.value.remedy
    assert isinstance(problem.value.__cause__, TypeError)


@pytest.mark.parametrize(
    ("module", "where"),
    [
        ("mhattn_core.models.made", "mhattn_core.models.made"),
        ("transformers.models.made.modeling_made", ""),
        ("mine", ""),
    ],
)
def test_below_torch_the_caller_decides(module: str, where: str) -> None:
    broken = FunctionType(_broken.__code__, {"__name__": module, "torch": torch})
    with pytest.raises(RuntimeError) as raised:
        broken()
    assert own_fault(raised.value).partition(":")[0] == where


def _broken() -> None:
    torch.nn.Linear(2, 3)(torch.ones(5))


def test_what_a_file_or_a_library_raises_is_not(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama", "hidden_size": "wide"}))
    with pytest.raises(mh.Problem) as problem:
        mh.load(str(tmp_path), "cpu")
    assert "fault of mhattn" not in problem.value.happened
    for error in (OSError("gone"), json.JSONDecodeError("bad", "", 0), ImportError("no module")):
        assert own_fault(error) == ""
