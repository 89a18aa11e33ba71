"""Loading: names, folders, damaged files, heads."""

import shutil
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertModel

import mhattn_core as mh
from mhattn_core.models.catalogue import entries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the tokenizer of the bundled model, waiting for weights."""
    path = entries()["minilm"].path()
    assert path is not None
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copy(path / name, tmp_path / name)
    return tmp_path


def config() -> BertConfig:
    return BertConfig(vocab_size=30522, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=16)


def test_the_catalogue_tells_what_is_present() -> None:
    table = mh.catalogue()
    assert table.columns.tolist() == ["name", "family", "layers", "heads", "size", "languages", "licence", "gated", "source", "present"]
    assert table.set_index("name").loc["minilm", ["layers", "heads", "present"]].tolist() == [6, 12, True]


def test_minilm_has_no_language_head(minilm: mh.Model) -> None:
    assert minilm.head is None
    assert minilm.network.dtype == torch.float32
    assert not minilm.network.training


def test_a_folder_with_a_language_head(folder: Path) -> None:
    BertForMaskedLM(config()).save_pretrained(folder)
    model = mh.load(str(folder), device="cpu")
    assert model.head == "language"
    assert mh.attend(model, mh.SentencePair("It runs")).pattern("encoder").shape == (2, 3, 4, 4)


def test_a_folder_without_one_gives_the_base_model(folder: Path) -> None:
    BertModel(config()).save_pretrained(folder)
    assert mh.load(str(folder), device="cpu").head is None


def test_weights_are_told_apart_by_revision(folder: Path) -> None:
    BertModel(config()).save_pretrained(folder)
    first = mh.load(str(folder), device="cpu").revision
    assert mh.load(str(folder), device="cpu").revision == first
    BertModel(config()).save_pretrained(folder)
    assert mh.load(str(folder), device="cpu").revision != first


def test_pickled_weights_are_refused(folder: Path) -> None:
    model = BertModel(config())
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(mh.Problem, match="safetensors"):
        mh.load(str(folder), device="cpu")


@pytest.mark.parametrize("name", ["./no-such-folder", "not a name", "../../etc/passwd", "a/b/c/d"])
def test_names_that_lead_nowhere(name: str) -> None:
    with pytest.raises(mh.Problem):
        mh.load(name)


def test_damaged_weights_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entry = entries()["minilm"]
    damaged = tmp_path / "model"
    path = entry.path()
    assert path is not None
    shutil.copytree(path, damaged)
    with (damaged / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\xff\x00")
    monkeypatch.setattr(type(entry), "path", lambda _self: damaged)
    with pytest.raises(mh.Problem, match="SHA-256"):
        mh.load("minilm")
