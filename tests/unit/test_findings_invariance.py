"""What is said of perturbed texts, and of marked regions, from numbers by hand."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.experiments.invariance import COLUMNS
from mhattn_core.experiments.marked_regions import COLUMNS as REGION_COLUMNS
from mhattn_core.findings import RUN_FINDINGS, all_findings

ROWS = [
    ("minilm", 0, 0, "mask", 0.9, None, None),
    ("minilm", 0, 1, "mask", 0.6, 0.55, 0.65),
    ("minilm", 1, 0, "mask", 0.8, None, None),
    ("minilm@random", 0, 0, "mask", 0.99, None, None),
    ("minilm@random", 0, 1, "mask", 0.5, None, None),
    ("minilm@random", 1, 0, "mask", None, None, None),
    ("minilm", 0, 0, "swap", 0.3, None, None),
]
SHARES = [
    # claim is a fifth of what may be seen, reason a tenth.
    ("claim", "claim", 0, 0.3, 1.5),
    ("claim", "claim", 1, 0.1, 0.5),
    ("claim", "reason", 0, 0.25, 2.5),
    ("claim", "reason", 1, 0.1, 1.0),
    ("claim", "(special tokens)", 0, 0.45, 3.0),
    ("claim", "(special tokens)", 1, 0.8, 4.0),
    ("reason", "claim", 0, 0.2, 1.0),
    ("reason", "claim", 1, 0.8, 4.0),
]


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    """A run that ships, of minilm and its random control, with tables of our own."""
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    names = ["model", "layer", "head", "perturbation", "invariance", "low", "high"]
    table = pd.DataFrame(ROWS, columns=names).assign(stack="encoder", compared=0.9, n=40, units=35)
    table.reindex(columns=list(COLUMNS)).astype({"low": float, "high": float}).to_parquet(folder / "invariance.parquet")
    shares = pd.DataFrame(SHARES, columns=["query_region", "key_region", "head", "share", "lift"]).assign(
        model="minilm", stack="encoder", layer=2, n=12, units=12
    )
    shares["even"] = shares["share"] / shares["lift"]
    missing = dict.fromkeys(("low", "high", "lift_low", "lift_high"), float)
    shares.reindex(columns=list(REGION_COLUMNS)).astype(missing).to_parquet(folder / "marked_regions.parquet")
    return mh.Run.open(folder)


def test_the_median_of_each_model_is_said_and_the_head_that_changes_most_is_no_control(run: mh.Run) -> None:
    finding = mh.finding(run, "invariance")
    assert "one word masked: minilm 0.80, minilm@random 0.74; A and B swapped: minilm 0.30." in finding.text
    assert "Most changed is minilm · L0 H0, A and B swapped: 0.30." in finding.text
    assert finding.pairs == 40
    assert len(finding.table) == 6
    drawn = finding.chart.to_dict()["datasets"].values()
    medians = [row for rows in drawn for row in rows if "name" not in row]
    assert [row["invariance"] for row in medians] == pytest.approx([0.8, 0.745, 0.3])
    assert "L0 H1, one word masked: 0.50" in mh.finding(run, "invariance", models=["minilm@random"]).text
    grid = mh.finding(run, "invariance_grid", model="minilm")
    assert "L0 H1, one word masked: 0.60 (95 % interval 0.55 to 0.65)." in grid.text
    assert grid.chart.to_dict()


def test_what_was_not_done_to_the_text_is_told_with_what_was(run: mh.Run) -> None:
    with pytest.raises(Problem, match="There is: mask, swap"):
        mh.finding(run, "invariance_grid", perturbation="shuffle")
    with pytest.raises(Problem, match="nothing of “invariance” for these models"):
        mh.finding(run, "invariance_grid", model="smollm2")


def test_a_run_without_the_tables_says_so_and_gives_neither() -> None:
    old = mh.Run.open("examples-en")
    with pytest.raises(Problem, match="invariance"):
        mh.finding(old, "invariance")
    assert not {"invariance", "invariance_grid", "marked_regions"} & {one.name for one in all_findings(old)}


def test_a_run_of_a_study_alone_gives_what_has_rows(run: mh.Run) -> None:
    """Its sums are a table without rows."""
    empty = run.heads.iloc[:0]
    empty.to_parquet(run.folder / "heads.parquet")
    alone = mh.Run.open(run.folder)
    given = {name for name, finding in RUN_FINDINGS.items() if finding.given_by(alone)}
    assert {"invariance", "invariance_grid", "marked_regions"} <= given
    assert not {"overview", "head_grid", "by_depth"} & given
    assert all_findings(alone)


def test_the_regions_that_heads_prefer_are_said_for_the_one_that_attends(run: mh.Run) -> None:
    finding = mh.finding(run, "marked_regions")
    assert finding.text.startswith("From words of “claim”:")
    assert "claim 20% (lift 1.00), reason 18% (lift 1.75), special tokens 62% (lift 3.50)" in finding.text
    assert "Furthest above a text’s length is minilm · L2 H0: reason, lift 2.50." in finding.text
    drawn = max(finding.chart.to_dict()["datasets"].values(), key=len)
    assert [row["even"] for row in drawn if row["region"] == "claim"] == pytest.approx([0.2, 0.2])
    assert "L2 H1: claim, lift 4.00" in mh.finding(run, "marked_regions", query_region="reason").text
    with pytest.raises(Problem, match="claim, reason"):
        mh.finding(run, "marked_regions", query_region="question")
