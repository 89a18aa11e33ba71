"""Models in memory: the oldest go first, none that is in use, and nobody loads what another is loading."""

import gc
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest
from tiny import put_model

import mhattn_core as mh
from mhattn_core.models import load
from mhattn_core.models.resident import Resident, weight


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Twelve names of one tiny model."""
    place = tmp_path_factory.mktemp("models")
    first = put_model(place / "0")
    for number in range(1, 12):
        shutil.copytree(first, place / str(number))
    return [str(place / str(number)) for number in range(12)]


@pytest.fixture(scope="module")
def one(folders: list[str]) -> int:
    """Bytes of one of them."""
    return weight(mh.load(folders[0], device="cpu"))


def allow(monkeypatch: pytest.MonkeyPatch, size: float) -> None:
    monkeypatch.setenv("MHATTN_MODEL_BYTES", str(int(size)))


def test_the_weight_is_that_of_the_parameters(one: int) -> None:
    assert 30522 * 24 * 4 < one < 1.1 * 30522 * 24 * 4


def test_the_least_recently_used_goes_first(folders: list[str], one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, 3.5 * one)
    models = Resident()
    for name in folders[:3]:
        models.get(name)
    models.get(folders[0])
    models.get(folders[3])
    assert models.names() == [folders[2], folders[0], folders[3]]


def test_two_precisions_are_two_models(folders: list[str], one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """bfloat16 takes half the room, also before it is read."""
    allow(monkeypatch, 1.6 * one)
    models = Resident()
    whole, half = models.get(folders[0]), models.get(folders[0], "bfloat16")
    assert (models.names(), models.names("bfloat16")) == ([folders[0]], [folders[0]])
    assert half.revision == f"{whole.revision}+bfloat16"
    assert weight(half) < 0.55 * one
    assert models.get(folders[0]) is whole


def test_twelve_models_in_turn_keep_the_budget(folders: list[str], one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, 4.5 * one)
    models = Resident()
    for name in folders:
        models.get(name)
        assert models.size() <= 4.5 * one
    assert models.names() == folders[-4:]
    gc.collect()
    alive = [thing for thing in gc.get_objects() if type(thing) is mh.Model and thing.name in folders]
    assert len(alive) == 4


def test_a_model_in_use_survives_and_keeps_its_place(
    folders: list[str], one: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, 3.5 * one)
    models = Resident()
    used = models.get(folders[0])
    for name in folders[1:6]:
        models.get(name)
        assert models.names()[0] == folders[0]
        assert models.size() <= 3.5 * one
    assert models.get(folders[0]) is used


def test_when_all_are_in_use_the_next_is_refused(folders: list[str], one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, 2.5 * one)
    models = Resident()
    used = [models.get(name) for name in folders[:2]]
    with pytest.raises(mh.Problem, match="in use"):
        models.get(folders[2])
    assert models.names() == folders[:2]
    del used[0]
    models.get(folders[2])
    assert models.names() == folders[1:3]


def test_what_keeps_models_alive_is_asked_to_let_go(
    folders: list[str], one: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, 1.5 * one)
    kept: list[mh.Model] = []
    models = Resident(on_pressure=kept.clear)
    kept.extend(models.get(name) for name in folders[:3])
    assert models.names() == folders[2:3]


def test_a_model_beyond_the_budget_is_refused(folders: list[str], one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, 0.5 * one)
    with pytest.raises(mh.Problem, match="MHATTN_MODEL_BYTES"):
        Resident().get(folders[0])


def test_two_threads_load_one_model_once(folders: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    read = load.read

    def slow_read(name: str, *arguments: object) -> mh.Model:
        loaded.append(name)
        sleep(0.2)
        return read(name, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(load, "read", slow_read)
    models = Resident()
    together = Barrier(4)

    def ask(name: str) -> mh.Model:
        together.wait()
        return models.get(name)

    with ThreadPoolExecutor(4) as pool:
        first, second, third, fourth = pool.map(ask, [folders[0], folders[0], folders[1], folders[0]])
    assert first is second is fourth is not third
    assert sorted(loaded) == folders[:2]


def test_a_failed_load_leaves_the_next_free(tmp_path: Path, folders: list[str]) -> None:
    models = Resident()
    name = str(tmp_path / "later")
    with pytest.raises(mh.Problem):
        models.get(name)
    shutil.copytree(folders[0], name)
    assert models.get(name).name == name
