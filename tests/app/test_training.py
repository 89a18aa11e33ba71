"""Compare models › Training, without a browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_runs import forget
from reading import open_page, specs, texts
from run_pairs import made_pairs
from trained import STEPS, put_checkpoints, put_roles

import mhattn_core as mh
from mhattn_core.runs import store

RUN = "trained"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one run, of eight checkpoints."""
    folder = put_checkpoints(tmp_path_factory.mktemp("models") / "mine")
    runs = tmp_path_factory.mktemp("runs")
    pairs = [record.pair for record in made_pairs(4)]
    run = mh.analyze([str(folder)], pairs, out=runs / RUN, measures=("basic", "distances"), device="cpu")
    put_roles(runs / RUN, [str(name) for name in run.models])
    return runs


@pytest.fixture
def _own_folder(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MHATTN_RUNS", str(runs))
    yield
    forget()


@pytest.mark.usefixtures("_own_folder")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_training_is_shown_over_its_steps(lang: str) -> None:
    app = open_page("compare_models", lang=lang, tab="training", evidence=RUN, models=["minilm"])
    said = texts(app)
    assert not app.error
    steps = [json.dumps(spec) for spec in specs(app) if '"symlog"' in json.dumps(spec)]
    assert len(steps) == 4
    assert all(f'"values": {json.dumps(list(STEPS))}' in one for one in steps)
    if lang == "en":
        assert "Steps 32 and 64 hold the same weights." in said
        assert "From step 0 to step 64 the median head goes from" in said
        assert "the first one appears at step 16" in said
    roles = [one for one in app.selectbox(key="measure").options if "“" in one]
    assert len(roles) == 1


@pytest.mark.usefixtures("_own_folder")
def test_a_role_of_all_heads_and_of_one() -> None:
    app = open_page("compare_models", tab="training", evidence=RUN, models=["minilm"], measure="relation.nsubj")
    assert not app.error
    assert "**L2 H1** · accuracy on “subject → predicate”: 0.00 at step 0, 0.88 at step 64" in texts(app)


@pytest.mark.usefixtures("_own_folder")
def test_a_run_without_checkpoints_gives_way_to_one_that_has_some() -> None:
    app = open_page("compare_models", tab="training", evidence="ewt-dev", models=["minilm"])
    assert "The chosen run holds no checkpoints of one training." in texts(app)
    assert not app.error


def test_without_checkpoints_it_says_how_to_measure_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path))
    app = open_page("compare_models", tab="training", models=["minilm"])
    (error,) = app.error
    assert "No run here holds checkpoints of one training" in error.value
    assert "checkpoint-*" in error.value.replace("\\", "")
    assert store.saved() == []
