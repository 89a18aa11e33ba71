"""What is said of the best heads alone, from numbers by hand."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.faithfulness import COLUMNS

RECOVERED = {
    ("importance", 0): (0, 0.4, 1, 0.6),
    ("ablation", 0): (0, 0.7, 1, 0.8),
    ("random", 0): (0, 0.1, 1, 0.3),
    ("random", 1): (0, 0.3, 1, 0.5),
}
ROWS = pd.DataFrame(
    [
        (order, draw, kept, kept / 8, share, area)
        for (order, draw), (*shares, area) in RECOVERED.items()
        for kept, share in zip((0, 2, 8), shares, strict=True)
    ],
    columns=["order", "draw", "kept", "share_kept", "recovered", "area"],
).assign(model="smollm2", quantity="loss", value=3.0, q10=0.1, median=0.2, q90=0.3, n=8)


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    nothing = ROWS.assign(model="minilm", quantity="displacement", recovered=None, area=None)
    tables = [part.assign(kind=kind) for part in (ROWS, nothing) for kind in ("mean", "zero")]
    pd.concat(tables, ignore_index=True)[list(COLUMNS)].to_parquet(folder / "faithfulness.parquet")
    return mh.Run.open(folder)


def test_the_best_ranking_is_named_beside_chance(run: mh.Run) -> None:
    finding = mh.finding(run, "faithfulness", model="smollm2")
    assert (
        "smollm2: with 2 of 8 heads, the best by “loss without the head”, 70% of what the heads do is kept"
        in finding.text
    )
    assert "as many at random keep 10% to 30%" in finding.text
    assert "loss without the head 0.80, gradient importance 0.60; at random 0.30 to 0.50" in finding.text
    assert len(finding.table) == 12


def test_models_stand_side_by_side(run: mh.Run) -> None:
    finding = mh.finding(run, "faithfulness_areas")
    assert "smollm2: loss without the head 0.80 (at random at most 0.50)." in finding.text
    assert set(finding.table["model"]) == {"smollm2"}


def test_heads_that_do_nothing_are_told(run: mh.Run) -> None:
    with pytest.raises(Problem, match="as well as with all"):
        mh.finding(run, "faithfulness", model="minilm")
