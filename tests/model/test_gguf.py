"""A .gguf file given as a path: converted once, then an ordinary folder."""

from pathlib import Path

import pytest
import torch
from gguf_file import HEADS, LAYERS, write_gguf

import mhattn_core as mh
from mhattn_core.models import gguf as gguf_module


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path / "cache"))
    return write_gguf(tmp_path / "tiny.gguf")


def test_it_loads_and_attends(file: Path) -> None:
    model = mh.load(str(file), device="cpu")
    assert (model.family, model.head, model.network.dtype) == ("llama", "language", torch.float32)
    seen = mh.attend(model, mh.SentencePair("it runs"))
    assert seen.pattern("decoder").shape[:2] == (LAYERS, HEADS)


def test_it_is_converted_once_and_known_by_its_content(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = mh.load(str(file), device="cpu")
    monkeypatch.delattr(gguf_module, "save_model")
    again = mh.load(str(file.rename(file.with_name("moved.gguf"))), device="cpu")
    assert again.revision == first.revision
    assert torch.equal(next(again.network.parameters()), next(first.network.parameters()))


def test_a_file_that_promises_more_layers_than_it_holds_is_refused(file: Path) -> None:
    with pytest.raises(mh.Problem, match="lacks weights") as problem:
        mh.load(str(write_gguf(file.with_name("short.gguf"), promised=LAYERS + 1)), device="cpu")
    # Of a Llama layer: two norms, four projections of the attention, three of the gated layer behind it.
    assert "9 are not in the file" in problem.value.happened
