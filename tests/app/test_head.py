"""The page of one head beside another, without a browser and without a model."""

from pathlib import Path
from uuid import uuid4

import pytest
from card_run import TABLES, A, B, written
from reading import open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest

from mhattn_core.runs.store import About, write_about


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path))
    return tmp_path


def head(runs: Path, left_out: tuple[str, ...] = (), **address: str) -> AppTest:
    folder = runs / uuid4().hex  # a run that was opened once is kept by its key
    folder.mkdir()
    run = written(folder, {name: rows for name, rows in TABLES.items() if name not in left_out})
    write_about(folder, About("Made up", "2026-01-01T00:00:00+00:00", run.models, ("basic", "cards"), 9, "single"))
    return open_page("head", evidence=folder.name, **address)


def test_the_address_says_which_two_heads(runs: Path) -> None:
    app = head(runs, model=A, head="L0 H1", tab="words", **{"with": f"{B} · L0 H0"})
    said = texts(app)
    assert "**minilm · L0 H1**" in said
    assert "**smollm2 · L0 H0**" in said
    assert "puts 60% of its weight on words" in said
    assert "did not measure cards of “smollm2”" in said  # beside what the run says of the other
    assert not app.error


def test_a_link_of_before_opens_the_same_head_beside_its_counterpart(runs: Path) -> None:
    app = head(runs, of=f"{A} · L0 H1")
    assert app.selectbox(key="model").value == A
    assert app.selectbox(key="head").value == "L0 H1"
    assert app.selectbox(key="with").value == f"{B} · L0 H0"
    assert "of" not in app.query_params


def test_words_are_chosen_by_side_and_order(runs: Path) -> None:
    app = head(runs, model=A, head="L0 H1", tab="words", side="key", order="lift", **{"with": f"{A} · L0 H0"})
    first = next(table for table in tables(app, "word") if len(table) == 2)
    assert first["word"].tolist() == ["<b>cat", "the"]
    app.segmented_control(key="side").set_value("query").run()
    assert ["sat"] in [table["word"].tolist() for table in tables(app, "word")]


def test_sentences_are_drawn_where_they_are_kept(runs: Path) -> None:
    app = head(runs, model=A, head="L0 H1", tab="sentences", **{"with": f"{A} · L0 H0"})
    assert "Strongest link of **minilm · L0 H1**: *sat* → *The* (0.90)" in texts(app)
    assert any("picked" in str(spec.get("params")) for spec in specs(app))


def test_a_run_of_before_says_what_it_lacks_and_where_to_measure_it(runs: Path) -> None:
    app = head(runs, ("cards", "card_sentences"), model=A, head="L0 H1", tab="words")
    assert "This run did not measure cards. Measure its pairs again with it" in texts(app)
    assert not app.error


def test_only_the_open_tab_is_drawn_and_both_heads_on_one_axis(runs: Path) -> None:
    app = head(runs, model=A, head="L0 H1", tab="words", **{"with": f"{A} · L0 H0"})
    wide = [spec for spec in specs(app) if "distance" in str(spec.get("layer"))]
    ends = [spec["layer"][0]["encoding"]["y"]["scale"]["domain"] for spec in wide]
    assert ends == [[0.0, 0.4]] * len(ends)
    words = [spec for spec in specs(app) if "times as much" in str(spec) or "share of the weight" in str(spec)]
    ends = [spec["layer"][0]["encoding"]["x"]["scale"]["domain"] for spec in words]
    assert len(ends) == 2
    assert ends[0] == ends[1]
    assert not any("picked" in str(spec.get("params")) for spec in specs(app))  # no sentences


def test_a_model_or_head_that_the_run_does_not_have_is_not_replaced_in_silence(runs: Path) -> None:
    app = head(runs, model="bert", head="L9 H9", **{"with": "bert · L0 H0"})
    said = [str(warning.value).replace("\\", "") for warning in app.warning]
    assert [name for name in ("“bert”", "“L9 H9”", "“bert · L0 H0”") if not any(name in line for line in said)] == []
    assert any(f"Chosen instead: “{A}”" in line for line in said)
    app.selectbox(key="model").set_value(B).run()
    assert not any("“bert”" in str(warning.value) for warning in app.warning)


def test_it_is_one_of_the_views_of_a_head(runs: Path) -> None:
    labels = [part.proto.label for part in head(runs).get("page_link")]
    assert {"Attention", "Inside a head", "Head contributions", "Head card"} <= set(labels)
