"""A device that is not here is said to be missing before anything is read."""

import pytest
import torch
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.cli import command


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "abacus"])
def test_a_device_that_is_not_here(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(mh.Problem, match=f"no device “{device}”"):
        mh.load("./no such folder", device)
    done = CliRunner().invoke(command, ["bench", "--device", device])
    assert isinstance(done.exception, mh.Problem)
    assert f"no device “{device}”" in str(done.exception)


def test_bench_takes_the_types_that_weights_have() -> None:
    done = CliRunner().invoke(command, ["bench", "--dtype", "int8"])
    assert isinstance(done.exception, mh.Problem)
    assert "int8" in str(done.exception)
