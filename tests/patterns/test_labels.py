"""The rules that name a pattern against a hundred maps labelled by eye, without sight of model, head or rule."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from maps import PLAN, Map, hundred

import mhattn_core as mh
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_layer, word_spans
from mhattn_core.measures.patterns.sums import patterns
from mhattn_core.measures.patterns.types import TYPES, pattern_value, shape_of
from mhattn_core.models.catalogue import entries

LABELS = Path(__file__).parent / "labels.csv"
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def labels() -> pd.DataFrame:
    return pd.read_csv(LABELS, keep_default_na=False)


def test_the_labels_are_of_these_maps(labels: pd.DataFrame) -> None:
    assert [Map(*row) for row in labels[list(Map._fields)].itertuples(index=False)] == list(hundred())
    assert set(labels["label"]) <= set(TYPES)


@pytest.mark.skipif(
    entries()["smollm2"].path() is None,
    reason="smollm2 has not been fetched: python -m mhattn_core fetch smollm2 (93 MB)",
)
def test_how_well_the_rules_agree_with_the_eye(labels: pd.DataFrame) -> None:
    models = {name: mh.load(name, device="cpu") for name, *_rest in PLAN}
    found = np.array([type_of(models[shown.model], shown) for shown in hundred()])
    scores = {label: f1(labels["label"].to_numpy(), found, label) for label in TYPES}
    macro, agreed = np.mean(list(scores.values())), (labels["label"] == found).mean()
    print(pd.crosstab(labels["label"], found), scores, f"macro-F1 {macro:.2f}, agreement {agreed:.2f}", sep="\n")  # noqa: T201
    told = re.search(r"macro-F1 (\d\.\d\d), agreement (\d\.\d\d)", README.read_text(encoding="utf-8"))
    if told is None:
        pytest.skip("the README does not tell the macro-F1")
    assert told.groups() == (f"{macro:.2f}", f"{agreed:.2f}")


def type_of(model: mh.Model, shown: Map) -> str:
    """The type of one map, however short its text."""
    seen = mh.attend(model, mh.SentencePair(shown.source, shown.target))
    queries, keys = ([piece_spans(pieces)] for pieces in seen.pieces(shown.stack))
    axes = word_axes(shown.stack, 1, queries, keys if shown.stack == "cross" else queries, [word_spans(seen.sentences)])
    pattern = torch.from_numpy(seen.pattern(shown.stack)[shown.layer, shown.head])[None, None]
    sums = patterns(word_layer(pattern, shown.layer, axes), fewest_words=1)
    return shape_of(pd.Series({name: float(pattern_value(part.numpy())[0, 0]) for name, part in sums.items()})).type


def f1(labels: np.ndarray, found: np.ndarray, label: str) -> float:
    both = ((labels == label) & (found == label)).sum()
    return float(2 * both / ((labels == label).sum() + (found == label).sum()))
