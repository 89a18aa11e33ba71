"""Models of the Hub, from a small stand-in for it on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import COMMIT, OFFERED, Hub, hub
from huggingface_hub import constants
from tiny import put_model, put_pickled_model

import mhattn_core as mh
from mhattn_core.models import hub as hub_module
from mhattn_core.models.catalogue import entries
from mhattn_core.models.progress import reporting


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    good = put_model(tmp_path / "good")
    (good / "modeling_own.py").write_text("raise SystemExit('code of a model was run')")
    (good / "pytorch_model.bin").write_bytes(b"a pickle beside safetensors is left where it is")
    folders = {
        "org/good": good,
        "org/gated": good,
        "org/pickled": put_pickled_model(tmp_path / "pickled"),
        "google-bert/bert-base-chinese": good,
    }
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with hub(folders, gated={"org/gated"}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def test_a_good_repository(served: Hub) -> None:
    model = mh.load("org/good", device="cpu")
    assert model.revision == COMMIT
    assert mh.attend(model, mh.SentencePair("It runs")).pattern("encoder").shape == (2, 3, 4, 4)
    fetched = {path.rsplit("/", 1)[1] for path in served.asked if path.startswith("GET /org")}
    assert fetched == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.txt"}


def test_the_second_time_nothing_is_downloaded(served: Hub) -> None:
    mh.load("org/good", device="cpu")
    served.asked.clear()
    mh.load("org/good@main", device="cpu")
    assert not [path for path in served.asked if path.startswith("GET /org")]


def test_without_a_connection_the_cached_files_serve(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    mh.load("org/good", device="cpu")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert mh.load("org/good", device="cpu").revision == COMMIT


def test_without_a_connection_and_without_files(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(mh.Problem, match="no connection") as problem:
        mh.load("org/good")
    assert "HF_ENDPOINT" in problem.value.remedy
    assert "minilm" in problem.value.stands


def test_a_short_name_stands_for_its_repository(served: Hub) -> None:
    entry = entries()["bert-base-chinese"]
    assert entry.path() is None
    mh.load("bert-base-chinese", device="cpu")
    assert entry.path() is not None
    assert mh.catalogue().set_index("name").loc["bert-base-chinese", "present"]


def test_a_gated_repository(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(mh.Problem, match="accepted its terms") as problem:
        mh.load("org/gated")
    assert "https://huggingface.co/org/gated" in problem.value.remedy
    assert "HF_TOKEN" in problem.value.remedy
    monkeypatch.setenv("HF_TOKEN", "good")
    assert mh.load("org/gated", device="cpu").revision == COMMIT


def test_a_missing_repository(served: Hub) -> None:
    with pytest.raises(mh.Problem, match="no model “org/nothing”"):
        mh.load("org/nothing")


def test_a_misspelt_name(served: Hub) -> None:
    with pytest.raises(mh.Problem) as problem:
        mh.load("bert-base-chinse")
    assert "Did you mean bert-base-chinese" in problem.value.remedy


def test_a_missing_revision(served: Hub) -> None:
    with pytest.raises(mh.Problem, match="no revision “old”"):
        mh.load("org/good@old")


def test_a_repository_of_pickles(served: Hub) -> None:
    with pytest.raises(mh.Problem, match="pickle") as problem:
        mh.load("org/pickled")
    assert problem.value.remedy.endswith(
        "hf download org/pickled --local-dir pickled && python -m mhattn_core convert pickled"
    )
    assert not [path for path in served.asked if path.startswith("GET /org")]


def test_a_step_of_a_training_that_is_pickled_points_to_convert(served: Hub) -> None:
    served.repositories["org/pickled@step1000"] = served.repositories["org/pickled"]
    with pytest.raises(mh.Problem, match="pickle") as problem:
        mh.load("org/pickled@step1000")
    command = "hf download org/pickled --revision step1000 --local-dir pickled-step1000"
    assert f"{command} && python -m mhattn_core convert pickled-step1000" in problem.value.remedy


def test_what_the_robot_of_the_hub_converted_is_taken(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    served.repositories["org/pickled@refs/pr/3"] = served.repositories["org/good"]
    served.requests["org/pickled"] = {2: "somebody", 3: "SFconvertbot"}
    assert mh.load("org/pickled", device="cpu").revision == OFFERED
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert mh.load("org/pickled", device="cpu").revision == OFFERED


def test_what_somebody_else_offers_is_not_taken(served: Hub) -> None:
    served.repositories["org/pickled@refs/pr/2"] = served.repositories["org/good"]
    served.requests["org/pickled"] = {2: "somebody"}
    with pytest.raises(mh.Problem, match="pickle"):
        mh.load("org/pickled")


def test_a_repository_too_big_for_the_memory(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_MODEL_BYTES", "1000")
    with pytest.raises(mh.Problem, match="models may take 0 MB"):
        mh.load("org/good")
    assert not [path for path in served.asked if path.startswith("GET /org")]


def test_a_shared_copy_takes_neither_paths_nor_free_names(
    served: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    for name in ("org/good", str(tmp_path / "good"), "bert-base-chinese@main", "~/good"):
        with pytest.raises(mh.Problem, match="this copy is shared"):
            mh.load(name)
    assert not served.asked
    assert mh.load("bert-base-chinese", device="cpu").revision == COMMIT


def test_code_files_are_not_among_what_is_downloaded() -> None:
    assert ".py" not in hub_module.WITH_WEIGHTS
    assert ".bin" not in hub_module.WITH_WEIGHTS


def test_a_download_tells_how_far_it_is(served: Hub) -> None:
    told: list[tuple[str, float]] = []
    with reporting(lambda file, share: told.append((file, share))):
        mh.load("org/good", device="cpu")
    assert ("model.safetensors", 1.0) in told
    assert all(0 <= share <= 1 for _file, share in told)


def test_a_cancelled_download_goes_on_the_next_time(served: Hub) -> None:
    class Cancelled(BaseException):
        pass

    def cancel(file: str, _share: float) -> None:
        if file == "model.safetensors":
            raise Cancelled

    with pytest.raises(Cancelled), reporting(cancel):
        mh.load("org/good", device="cpu")
    served.asked.clear()
    assert mh.load("org/good", device="cpu").revision == COMMIT
    assert not [path for path in served.asked if path.startswith("GET") and path.endswith("tokenizer.json")]
