"""What is said of heads by their weights, from numbers by hand."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem

COPYING = pd.DataFrame(
    {"layer": [0, 0, 1, 1], "head": [0, 1, 0, 1], "copying": [0.9, 0.05, -0.7, 0.35], "reason": ""}
).assign(model="smollm2", stack="decoder", random_low=-0.2, random_high=0.3)
NONE = COPYING.assign(model="minilm", copying=None, reason="its layers do not add to one stream.")
COMPOSITION = pd.DataFrame(
    {
        "layer_a": [0, 0, 1],
        "head_a": [0, 1, 0],
        "layer_b": [1, 2, 2],
        "head_b": [1, 0, 1],
        "kind": ["key", "key", "value"],
        "composition": [0.2, 0.6, 0.4],
        "random": [0.25, 0.2, 0.3],
        "expected": 0.1,
    }
).assign(model="smollm2", stack_a="decoder", stack_b="decoder")


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    pd.concat([NONE, COPYING], ignore_index=True).to_parquet(folder / "circuits.parquet")
    COMPOSITION.to_parquet(folder / "composition.parquet")
    return mh.Run.open(folder)


def test_heads_beyond_chance_are_counted_on_both_sides(run: mh.Run) -> None:
    finding = mh.finding(run, "copying_heads")
    assert "smollm2: 2 of 4 heads copy what they look at, more than by chance" in finding.text
    assert "(score above 0.30), 1 do the opposite beyond chance. Highest: L0 H0 with 0.90." in finding.text
    assert len(finding.table) == 4


def test_the_pair_that_composes_most_is_named_beside_chance(run: mh.Run) -> None:
    finding = mh.finding(run, "composed_heads")
    assert "those of L2 H0 read most of what an earlier head writes: 0.60 of L0 H1" in finding.text
    assert "the most would be 0.20 (on the average 0.10)" in finding.text
    assert len(finding.table) == 2
    assert len(mh.finding(run, "composed_heads", kind="value").table) == 1


def test_a_model_without_circuits_says_why(run: mh.Run) -> None:
    with pytest.raises(Problem, match="do not add to one stream"):
        mh.finding(run, "copying_heads", model="minilm")
