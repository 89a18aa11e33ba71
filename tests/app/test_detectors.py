"""Detectors and needles on their pages, without a browser: of a run, read now, and a pattern of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from detector_run import with_detectors
from reading import open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest

RUN = "run"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path))
    with_detectors("examples-en", tmp_path)
    yield
    st.cache_resource.clear()


def page(evidence: str = RUN, models: tuple[str, ...] = ("minilm",), **parameters: str) -> AppTest:
    shown = {"tab": "patterns", "shapes": "induction", "models": list(models), "evidence": evidence}
    return open_page("head_roles", **shown | parameters)


def test_a_run_says_which_heads_pass_and_what_was_found_in_haystacks() -> None:
    app = page(models=("smollm2",), detector="induction")
    said = texts(app)
    assert not app.error
    assert "2 of 3 heads of smollm2** pass “prefix matching (4 × 25 random tokens)”" in said
    assert "are retrieval heads" in said
    assert "90% of the needle’s words after 256 tokens" in said
    assert "Without the 3 heads that look up most" in said
    assert len(specs(app)) >= 5
    assert tables(app, "layer", "head", "value")


def test_a_detector_that_a_model_does_not_know_is_a_notice() -> None:
    app = page(detector="sink.64")
    assert "No head of minilm** passes" in texts(app)
    app.selectbox(key="detector").set_value("induction").run()
    assert "not defined for “minilm”" in texts(app)
    assert not app.error


def test_without_a_run_that_has_them_few_texts_are_read_now(tmp_path: Path) -> None:
    (tmp_path / RUN / "detectors.parquet").unlink()
    app = page(detector="previous_token")
    said = texts(app)
    assert not app.error
    assert "of 72 heads of minilm** pass “weight on the previous token”" in said
    assert "random controls were not measured" in said
    assert "Read now, on eight texts of random tokens" in said
    app.selectbox(key="detector").set_value("copying").run()
    assert not app.error
    assert "not defined for “minilm”" in texts(app)


def test_a_pattern_of_ones_own_is_read_off_the_pair_and_never_run() -> None:
    app = page(detector="own_mask")
    assert "heads of minilm** pass “weight on your own pattern”" in texts(app)
    app.text_area(key="own-pattern").set_value("j == 0").run()
    grid = max(tables(app, "layer", "head", "value"), key=len)
    assert grid["value"].between(0, 1).all()
    assert len(grid) == 72
    app.text_area(key="own-pattern").set_value("__import__('os')").run()
    assert "cannot be read as a pattern" in texts(app)


def test_models_are_compared_by_a_detector() -> None:
    app = open_page("compare_models", tab="measure", evidence=RUN, models=["minilm"], measure="sink.64")
    assert not app.error
    said = texts(app)
    assert "minilm · L3 H2" in said
    assert "32 pieces of 64 tokens" in said
    assert "95 % interval over 32 pieces of 64 tokens: 0.20 to 0.30" in said
