"""Ablation of a classifier over a run of labelled pairs: accuracy is a quantity of the page."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
import torch
from reading import open_page, specs, texts
from tiny import config, put_tokenizer
from transformers import BertForSequenceClassification

import mhattn_core as mh

WORDS = ["cats", "sleep", "on", "old", "mats", "and", "dogs", "run", "home", "very", "late"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A tiny classifier with the tokenizer of minilm in a folder, and a folder with its run."""
    model = put_tokenizer(tmp_path_factory.mktemp("models") / "nli")
    sizes = config()
    sizes.num_labels = 3
    sizes.id2label = dict(enumerate(("entailment", "neutral", "contradiction")))
    sizes.label2id = {name: number for number, name in sizes.id2label.items()}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        BertForSequenceClassification(sizes).save_pretrained(model)
    draw = np.random.default_rng(0)
    rows = [
        (" ".join(draw.choice(WORDS, 6)), " ".join(draw.choice(WORDS, 3)), sizes.id2label[int(draw.integers(3))])
        for _row in range(36)
    ]
    folder = tmp_path_factory.mktemp("runs")
    pairs = folder.parent / "nli.csv"
    pd.DataFrame(rows, columns=["premise", "hypothesis", "label"]).to_csv(pairs, index=False)
    mh.analyze([str(model)], pairs, out=folder / "nli", measures=("basic", "ablation"), device="cpu")
    return model, folder


@pytest.fixture
def _own_folder(runs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MHATTN_RUNS", str(runs[1]))
    yield
    st.cache_resource.clear()


@pytest.mark.usefixtures("_own_folder")
def test_accuracy_is_shown_head_by_head(runs: tuple[Path, Path]) -> None:
    app = open_page("fault_tolerance", tab="heads", models=[str(runs[0])], evidence="nli", quantity="accuracy")
    said = texts(app)
    assert not app.error
    assert "Accuracy with all heads:" in said
    assert "lower it when they are off" in said
    assert any("accuracy lost (share of labelled texts)" in str(spec) for spec in specs(app))


@pytest.mark.usefixtures("_own_folder")
def test_the_classes_of_one_pair_with_and_without_heads(runs: tuple[Path, Path]) -> None:
    app = open_page("fault_tolerance", tab="bench", models=[str(runs[0])])
    app.multiselect(key="off").set_value([f"encoder L{layer} H{head}" for layer in range(2) for head in range(3)]).run()
    said = texts(app)
    assert not app.exception
    assert "the likeliest class" in said or "gives way to" in said
    assert "The classes' probabilities move by" in said
    (table,) = [one.value for one in app.dataframe if "class" in one.value]
    assert table["class"].tolist() == ["entailment", "neutral", "contradiction"]
    assert table["probability"].sum() == pytest.approx(1, abs=0.01)
