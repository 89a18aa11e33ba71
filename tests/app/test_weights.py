"""What a head's weights alone say, on a random network of two layers and over a run of it; without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from reading import open_page, tables, texts
from tiny import put_gpt2, put_tokenizer

import mhattn_core as mh
from mhattn_core.text.gallery import gallery

HEADS = 6


def without_model(finding: mh.Finding) -> str:
    """Its sentence but for the model, which a page calls by the end of its path."""
    return finding.sentence.split(": ", 1)[1].replace("\\", "")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its run is called ``run``."""
    name = str(put_gpt2(put_tokenizer(tmp_path / "model")))
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "runs"))
    pairs = [gallery()["cat-mat"].pair]
    mh.analyze([name], pairs, out=tmp_path / "runs" / "run", measures=("basic", "circuits", "attribution"))
    yield name
    st.cache_resource.clear()


def test_a_run_says_which_heads_copy_and_whose_output_they_read(model: str, tmp_path: Path) -> None:
    app = open_page("inside_a_head", models=[model], tab="weights", evidence="run")
    said = texts(app)
    assert not app.error
    run = mh.Run.open(tmp_path / "runs" / "run")
    for name in ("copying_heads", "composed_heads"):
        assert without_model(mh.finding(run, name)) in said
    (grid,) = [table for table in tables(app, "layer", "head", "value") if len(table) == HEADS]
    assert grid["value"].tolist() == pytest.approx(run.table("circuits")["copying"].tolist(), rel=1e-5)
    read = tables(app, "composition", "random")[0]["composition"]
    keys = run.table("composition").query("kind == 'key'")["composition"]
    assert read.tolist() == pytest.approx(sorted(keys, reverse=True), rel=1e-5)


def test_what_heads_add_to_the_prediction_stands_beside_that_over_a_run(model: str, tmp_path: Path) -> None:
    app = open_page("fusion", models=[model], tab="prediction", evidence="run")
    said = texts(app)
    assert not app.error
    run = mh.Run.open(tmp_path / "runs" / "run")
    assert without_model(mh.finding(run, "direct_attribution")) in said
