"""Matched heads and distances over a run, as a person meets them, without a browser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from own_runs import forget
from reading import open_page, specs, texts
from streamlit.testing.v1 import AppTest

import mhattn_core as mh
from mhattn_core.findings.matching.matched import matched
from mhattn_core.findings.matching.pair import _relations
from mhattn_core.runs import store
from mhattn_core.text.examples import example_pairs
from mhattn_core.ui.evidence import PAIR

RUN = "made-here"
SHIPPED = store.SHIPPED
MEASURES = ("basic", "distances", "matches")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one run: the bundled encoder and its random control."""
    folder = tmp_path_factory.mktemp("runs")
    pairs = example_pairs("english", "english_next")[:12]
    mh.analyze(["minilm", "minilm@random"], pairs, out=folder / RUN, measures=MEASURES, device="cpu")
    return folder


@pytest.fixture(autouse=True)
def _own_folder(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MHATTN_RUNS", str(runs))
    monkeypatch.setattr(store, "SHIPPED", runs / "none")
    yield
    forget()


def page(name: str, *, evidence: str = RUN, lang: str = "en", **state: Any) -> AppTest:
    return open_page(name, lang=lang, evidence=evidence, tab=state.pop("tab", "matched"), state=state)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_against_random_weights_there_is_no_counterpart(lang: str) -> None:
    app = page("compare_models", lang=lang)
    assert not app.exception
    assert not app.error
    said = texts(app)
    if lang == "en":
        assert "**No evidence**: none of the 72 heads of minilm has a counterpart in minilm@random" in said
        assert "its profiles hold how heads look" in said
        assert "12 pairs" in said
    assert any(param["name"] == "picked_b" for spec in specs(app) for param in spec.get("params", []))


def test_a_pair_can_be_chosen_and_is_shown_with_profiles_and_patterns() -> None:
    app = page("compare_models")
    app.selectbox(key="match").set_value("L2 H5").run()
    assert not app.exception
    said = texts(app)
    assert "**minilm · L2 H5 – minilm@random · L" in said
    assert "**no counterpart**" in said
    assert "correlate by" in said
    drawn = json.dumps(specs(app))
    assert "key_position" in drawn


def test_each_way_of_matching_and_the_table() -> None:
    app = page("compare_models")
    for way, says in (("js", "Position weighs most"), ("cka", "up to rotation and scale")):
        app.query_params["matched-by"] = way
        app.run()
        assert not app.exception
        assert says in texts(app)
    assert "are each other's nearest" in texts(app)
    app.session_state["numbers-matched"] = True
    app.run()
    assert not app.exception
    assert {"name_a", "name_b", "cost", "q", "reliability", "verdict"} <= set(app.dataframe[0].value)


def test_the_other_direction_can_be_read() -> None:
    app = page("compare_models")
    app.selectbox(key="matched-of").set_value("minilm@random").run()
    assert not app.exception
    assert "none of the 72 heads of minilm@random has a counterpart in minilm " in texts(app)


def test_a_link_brings_the_way_and_a_model_that_is_not_there_gives_way() -> None:
    app = page("compare_models")
    (way,) = [control for control in app.segmented_control if control.key == "matched-by"]
    way.set_value("js").run()
    assert app.query_params["matched-by"] == "js"
    opened = open_page("compare_models", evidence=RUN, tab="matched", **{"matched-by": "cka", "matched-with": "nobody"})
    assert "up to rotation and scale" in texts(opened)
    assert opened.selectbox(key="matched-with").value == "minilm@random"


def test_the_badge_counts_the_pairs_that_were_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Profiles rest on all pairs of the run that ships."""
    monkeypatch.setattr(store, "SHIPPED", SHIPPED)
    app = page("compare_models", evidence="ewt-dev")
    app.query_params["matched-of"], app.query_params["matched-with"] = "minilm", "minilm@random"
    app.run()
    assert "visibility: 2,001 pairs" in texts(app)


def test_a_model_without_relations_leaves_them_out(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one of two models the run may have found none: their profiles are compared by what both have."""
    run = mh.Run.open(runs / RUN)
    heads = pd.DataFrame(
        [("minilm", "encoder", 0, head) for head in range(12)], columns=["model", "stack", "layer", "head"]
    )
    rates = heads.assign(relation="det", direction="dependent_to_head", hits=range(12), n=20)
    monkeypatch.setattr(mh.Run, "rates", rates)
    found = matched(run, "minilm", "minilm@random", "profile", "encoder")
    ends = [("minilm", "encoder", 0, 3), ("minilm@random", "encoder", 0, 5)]
    assert _relations(found, ends, {}).shape == (2, 0)


def test_without_a_run_the_page_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path))
    app = page("compare_models", evidence=PAIR)
    assert not app.exception
    assert "never on one pair" in texts(app)


@pytest.mark.parametrize("tab", ["matrix", "map", "groups", "table"])
def test_redundancy_reads_the_run(tab: str) -> None:
    app = page("redundancy", tab=tab)
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "12 pairs" in said
    assert "Over 12 pairs of the run" in said
    if tab == "map":
        assert "144 heads of minilm, minilm@random on one map" in said
        assert "placed by what they measure" in said


def test_redundancy_compares_the_models_of_the_run() -> None:
    app = open_page("redundancy", evidence=RUN)
    assert not app.error
    said = texts(app).replace("\\", "").replace("\u2060", "")
    assert "Heads with a redundant partner, by Jensen–Shannon divergence: **minilm " in said
    assert "Random controls: minilm@random 100%." in said


def test_every_distance_of_a_run_can_be_read() -> None:
    app = page("redundancy", tab="matrix")
    for by in ("correlation", "cka"):
        app.query_params["by"] = by
        app.run()
        assert not app.exception
        assert not app.error


def test_a_model_that_the_run_has_not_is_shown_on_the_pair() -> None:
    app = page("redundancy", tab="matrix")
    app.multiselect(key="models").set_value(["marian-en-zh"]).run()
    assert not app.exception
    assert "holds no distances of marian-en-zh" in texts(app)
    assert "1 pair: an example" in texts(app)
