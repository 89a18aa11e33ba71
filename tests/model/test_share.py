"""Runs that travel over the Hub, from a small stand-in for it on this machine."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_server import Hub, hub
from huggingface_hub import constants
from tiny import put_model

import mhattn_core as mh
from mhattn_core.findings.card.sentences import head_sentences
from mhattn_core.findings.card.words import head_words
from mhattn_core.runs import store
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.from_hub import bring
from mhattn_core.runs.to_hub import card, share, shared_names
from mhattn_core.text.reading.records import PairRecord

PAIRS = [
    PairRecord("SECRET-1", mh.SentencePair("The secret cat sat.", "It slept."), 1, "Secret report", "news", "secret"),
    PairRecord("SECRET-2", mh.SentencePair("secret secret, secret", "secret, Secret"), 2, "Secret report", "news"),
    PairRecord("A", mh.SentencePair("A"), 3, "Other report", "", "plain"),
]
ADDRESS = "hf://datasets/user/mine"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path / "own-cache"))
    monkeypatch.setenv("HF_TOKEN", "good")
    with hub({}) as server:
        server.writable = tmp_path / "hub"
        server.writable.mkdir()
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    folder = tmp_path_factory.mktemp("shared")
    return analyze([str(put_model(folder / "tiny"))], PAIRS, out=folder / "run", measures=("basic", "cards"))


def put(served: Hub, run: mh.Run) -> Path:
    share(run, "user/mine")
    return served.repositories["datasets/user/mine"]


def test_a_run_comes_back_without_its_sentences(served: Hub, run: mh.Run) -> None:
    assert share(run, "user/mine", licence="cc-by-4.0") == ADDRESS
    there = mh.Run.open(ADDRESS)
    assert there.models == ("tiny",)  # and not the folder of this machine
    pd.testing.assert_frame_equal(there.heads.drop(columns="model"), run.heads.drop(columns="model"))
    assert set(there.heads["model"]) == {"tiny"}
    assert there.units == run.units == 2
    folder = served.repositories["datasets/user/mine"]
    for path in folder.iterdir():
        content = path.read_bytes() if path.suffix != ".parquet" else pd.read_parquet(path).to_json().encode()
        assert b"secret" not in content.lower(), path
        assert str(run.folder.parent).encode() not in path.read_bytes(), path
    told = (folder / "README.md").read_text()
    assert told.startswith("---\n")
    assert 'license: "cc-by-4.0"' in told
    assert "No sentences" in told
    assert run.manifest.version in told
    assert ADDRESS in told
    assert bring(f"{served.address}/datasets/user/mine/tree/main") == bring("user/mine") == there.folder
    assert there.findings()


def test_sentences_go_with_it_when_asked(served: Hub, run: mh.Run) -> None:
    share(run, "user/mine", sentences=True)
    there = mh.Run.open(ADDRESS)
    pd.testing.assert_frame_equal(there.pairs, run.pairs)
    assert there.pairs["source"].tolist() == [record.pair.source for record in PAIRS]
    assert "secret" in set(there.table("cards")["item"])
    assert "The sentences" in (served.repositories["datasets/user/mine"] / "README.md").read_text()


def test_pairs_and_documents_are_numbered_alike_in_every_table(served: Hub, run: mh.Run) -> None:
    share(run, "user/mine")
    there = mh.Run.open(ADDRESS)
    assert there.pairs["id"].tolist() == ["1", "2", "3"]
    assert there.pairs["document"].tolist() == ["1", "1", "2"]
    assert there.pairs["label"].tolist() == ["1", "", "2"]
    assert there.pairs["group"].tolist() == ["news", "news", ""]
    number = dict(zip(run.pairs["id"], there.pairs["id"], strict=True))
    before, after = ((table := one.table("cards"))[table["part"] == "link"] for one in (run, there))
    assert after["item"].tolist() == [number[item] for item in before["item"]]
    assert set(there.table("cards")["part"]) == {"distance", "link"}
    assert not len(there.table("card_sentences"))
    with pytest.raises(mh.Problem, match="shared without its words"):
        head_words(there)
    assert "ids only" in head_sentences(there).sentence


def test_the_token_is_in_no_message(served: Hub, run: mh.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong_secret")
    with pytest.raises(mh.Problem, match="HF_TOKEN") as raised:
        share(run, "user/mine")
    assert "hf_wrong_secret" not in str(raised.value)
    with pytest.raises(mh.Problem, match="no dataset") as raised:
        mh.Run.open("hf://datasets/user/nothing")
    assert "hf_wrong_secret" not in str(raised.value)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(mh.Problem, match="could not be downloaded") as raised:
        mh.Run.open(ADDRESS)
    assert "hf_wrong_secret" not in str(raised.value)


@pytest.mark.parametrize(
    "address", ["hf://datasets/../etc", "hf://datasets/one", "hf://models/a/b/c", "hf://datasets/a/.."]
)
def test_an_address_that_is_none_is_refused(address: str, served: Hub) -> None:
    with pytest.raises(mh.Problem, match="not the address"):
        mh.Run.open(address)
    assert not served.asked


def _manifest(**changed: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        told = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(told | changed))

    return change


def _heads(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        change(pd.read_parquet(folder / "heads.parquet")).to_parquet(folder / "heads.parquet")

    return write


@pytest.mark.parametrize(
    "spoil",
    [
        _manifest(models=[["/etc/passwd", "1"]]),
        _manifest(models=[["../up", "1"]]),
        _manifest(models=[[["a"], "1"]]),
        _manifest(models="text"),
        _manifest(pairs="many"),
        _manifest(finished=False),
        _manifest(more="fields"),
        _heads(lambda heads: heads.drop(columns="layer")),
        _heads(lambda heads: heads.assign(layer=10**9)),
        _heads(lambda heads: heads.assign(layer="one")),
        _heads(lambda heads: heads.assign(model="another")),
        _heads(lambda heads: heads.assign(stack="<b>")),
        lambda folder: (folder / "heads.parquet").write_bytes(b"\x80\x04no pickle either."),
        lambda folder: (folder / "heads.parquet").unlink(),
        lambda folder: (folder / "manifest.json").write_text("[" * 10_000),
        lambda folder: (folder / "about.json").write_text('{"name": {"a": 1}}'),
        lambda folder: pq.write_table(pa.table({"id": pa.array([{"a": 1}] * 3)}), folder / "pairs.parquet"),
    ],
)
def test_what_is_no_run_is_refused(served: Hub, run: mh.Run, spoil: Callable[[Path], None]) -> None:
    spoil(put(served, run))
    with pytest.raises(mh.Problem, match="no run of mhattn"):
        mh.Run.open(ADDRESS)


def test_a_shared_copy_takes_small_ones_alone(
    served: Hub, run: mh.Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = put(served, run)
    (folder / "harmless.parquet").write_bytes(b"0" * 6_000_000)
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    with pytest.raises(mh.Problem, match="larger than 5 MB"):
        mh.Run.open(ADDRESS)
    assert not any("resolve" in path for path in served.asked)
    (folder / "harmless.parquet").unlink()
    (folder / "other.pkl").write_bytes(b"a pickle is left where it is")
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "runs"))
    kept = store.adopt(mh.Run.open(ADDRESS).folder, ADDRESS)
    assert not any("pkl" in path for path in served.asked)
    assert store.saved() == [kept]
    assert kept.about.source == ADDRESS
    assert kept.open().models == ("tiny",)


def test_folders_get_names_of_their_own(run: mh.Run) -> None:
    names = ["/a/tiny", "/b/tiny", "org/x@1", "./odd name\n"]
    manifest = replace(run.manifest, models=tuple((name, "1") for name in names))
    assert shared_names(manifest) == {"/a/tiny": "tiny", "/b/tiny": "tiny-2", "./odd name\n": "odd-name-"}
    spoiled = mh.Run(run.folder, manifest)
    assert "\n\n" not in card(spoiled, ADDRESS).split("| --- |")[1].split("Measures")[0].strip()
