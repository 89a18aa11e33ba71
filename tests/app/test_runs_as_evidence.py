"""Runs as evidence on the pages that can draw from one."""

import re

import pytest
from own_runs import measured
from reading import open_page, texts
from streamlit.testing.v1 import AppTest

from mhattn_core.runs import store

pytestmark = pytest.mark.usefixtures("own_folder")


def label(app: AppTest, key: str, start: str) -> str:
    return next(option for option in app.selectbox(key=key).options if option.startswith(start))


def compare(**state: str) -> AppTest:
    return open_page("compare_models", state=state)


def test_compare_models_draws_from_the_run_with_its_intervals() -> None:
    heads = store.shipped()[0].open().heads.query("measure == 'entropy.normalised' and model == 'minilm'")
    top = heads.loc[heads["value"].idxmin()]
    said = texts(compare(evidence="ewt-dev"))
    assert f"{heads['n'].max():,} pairs" in said
    assert f"median head: minilm {heads['value'].median():.2f}" in said
    assert f"95 % interval over {top['n']:,} pairs: {top['low']:.2f} to {top['high']:.2f}" in said


def test_differences_are_paired() -> None:
    said = texts(compare(**{"evidence": "ewt-dev", "tab-en": "Difference"}))
    assert re.search(r"Of 72 heads, \d+ differ beyond what the choice of pairs explains", said)
    assert "Without intervals" not in said


def test_a_model_that_the_run_does_not_have_is_named_and_the_others_stand() -> None:
    app = compare(evidence="ewt-dev")
    app.multiselect(key="models").set_value(["minilm", "marian-en-zh"]).run()
    assert "did not measure marian-en-zh" in texts(app)
    assert not app.error
    assert re.search(r"[12],\d{3} pairs", texts(app))


def test_evidence_that_is_deleted_gives_way_to_the_pair() -> None:
    run = measured()
    app = compare(evidence=run.key)
    assert "4 pairs" in texts(app)
    store.delete(run.key)
    assert "1 pair: an example" in texts(app.run())


@pytest.mark.parametrize("name", ["attention", "translation", "home"])
def test_pages_that_draw_one_pair_do_so_whatever_the_evidence(name: str) -> None:
    app = open_page(name)
    before = len(app.error)  # a page may have nothing for the models of the sidebar
    app.selectbox(key="evidence").set_value(label(app, "evidence", "UD English EWT dev:")).run()
    assert app.session_state["evidence"] == "ewt-dev"
    assert not app.exception
    assert len(app.error) == before
