"""The rules that name a pattern against four hundred maps labelled twice by eye, without sight of model, head or
rule.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from loaded import loaded
from maps import LABELLINGS, Map, all_maps
from sklearn.metrics import cohen_kappa_score

import mhattn_core as mh
from mhattn_core.attention.attend import AttentionResult
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_layer, word_spans
from mhattn_core.measures.patterns.sums import patterns
from mhattn_core.measures.patterns.types import TYPES, pattern_value, shape_of
from mhattn_core.models.catalogue import entries

LABELS = Path(__file__).parent / "labels.csv"
MEASURED = Path(__file__).parents[2] / "mhattn_core/text/measured.toml"


@pytest.fixture(scope="module")
def labels() -> pd.DataFrame:
    return pd.read_csv(LABELS, keep_default_na=False)


def test_the_labels_are_of_these_maps(labels: pd.DataFrame) -> None:
    assert [Map(*row) for row in labels[list(Map._fields)].itertuples(index=False)] == list(all_maps())
    assert {*labels["first"], *labels["second"]} <= set(TYPES)


def test_the_two_labellings_agree_as_the_readme_says(labels: pd.DataFrame) -> None:
    kappa = cohen_kappa_score(labels["first"], labels["second"])
    assert _in_results(r"the two labellings agree by κ (\.\d\d)") == [f"{kappa:.2f}".lstrip("0")]


@pytest.mark.skipif(
    entries()["smollm2"].path() is None,
    reason="smollm2 has not been fetched: python -m mhattn_core fetch smollm2 (93 MB)",
)
def test_how_well_the_rules_agree_with_the_eye(labels: pd.DataFrame) -> None:
    found = np.array([type_of(shown) for shown in all_maps()])
    for labelling in LABELLINGS:
        print(pd.crosstab(labels[labelling], found))  # noqa: T201
    kappas = [cohen_kappa_score(labels[labelling], found) for labelling in LABELLINGS]
    assert min(kappas) >= 0.65
    told = _in_results(r"the rules with them by κ (\.\d\d) and (\.\d\d)")
    assert told == [f"{kappa:.2f}".lstrip("0") for kappa in kappas]


def _in_results(pattern: str) -> list[str]:
    told = re.search(pattern, " ".join(MEASURED.read_text(encoding="utf-8").split()))
    assert told, f"it does not tell {pattern}"
    return list(told.groups())


@cache
def seen_by(model: str, source: str, target: str) -> AttentionResult:
    """Of a few texts all maps are drawn: each is read once."""
    return mh.attend(loaded(model), mh.SentencePair(source, target))


def type_of(shown: Map) -> str:
    """The type of one map, however short its text."""
    seen = seen_by(shown.model, shown.source, shown.target)
    queries, keys = ([piece_spans(pieces)] for pieces in seen.pieces(shown.stack))
    axes = word_axes(shown.stack, 1, queries, keys if shown.stack == "cross" else queries, [word_spans(seen.sentences)])
    pattern = torch.from_numpy(seen.pattern(shown.stack)[shown.layer, shown.head])[None, None]
    sums = patterns(word_layer(pattern, shown.layer, axes), fewest_words=1)
    return shape_of(pd.Series({name: float(pattern_value(part.numpy())[0, 0]) for name, part in sums.items()})).type
