"""What is said of heads that add to the next word, from numbers by hand."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.experiments.attribution import COLUMNS

ROWS = pd.DataFrame(
    {
        "layer": [0, 0, 1],
        "head": [0, 1, 0],
        "direct": [0.5, 0.4, -0.3],
        "other": [0.45, 0.1, -0.1],
        "specific": [0.05, 0.3, -0.2],
        "specific_low": [-0.02, 0.2, -0.3],
        "specific_high": [0.12, 0.4, -0.1],
        "q": [0.4, 0.01, 0.02],
    }
).assign(model="smollm2", stack="decoder", low=0.0, high=1.0, p=0.01, total=4.0, n=30, units=30)


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    ROWS[list(COLUMNS)].to_parquet(folder / "attribution.parquet")
    return mh.Run.open(folder)


def test_the_sum_of_all_heads_and_the_head_that_tells_most(run: mh.Run) -> None:
    text = mh.finding(run, "direct_attribution").text
    assert "smollm2: the heads together add +0.600 to the score of the next word, of 4.00 logits" in text
    assert "they give +0.450 of it to a word from elsewhere in the text as well." in text
    assert "and not for others: L0 H1, +0.300 [+0.200, +0.400]." in text
    assert "1 of 3 heads add, 1 take away (q ≤ 0.05)." in text


def test_a_model_whose_heads_reach_no_scores(run: mh.Run) -> None:
    with pytest.raises(Problem, match="as a sum"):
        mh.finding(run, "direct_attribution", model="minilm")
