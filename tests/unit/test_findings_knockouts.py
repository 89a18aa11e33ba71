"""What is said of edges that were taken out of heads, from numbers by hand."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.knockout import COLUMNS

ROWS = pd.DataFrame(
    {
        "relation": ["det", "nsubj", "obj", "case"],
        "head": [1, 2, 3, 4],
        "delta": [0.07, 0.9, 0.03, None],
        "equal": [0.03, 0.5, 0.01, None],
        "other": [0.01, 0.1, 0.04, None],
        "specific": [0.02, 0.4, -0.03, None],
        "specific_low": [-0.01, 0.3, -0.04, None],
        "specific_high": [0.05, 0.5, -0.02, None],
        "q": [0.3, 0.01, 0.01, None],
        "n": [80, 90, 70, 0],
    }
).assign(model="smollm2", stack="decoder", layer=5, direction="dependent_to_head", quantity="loss", edges=300)


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    other_kind = ROWS.assign(kind="zero_weight", specific=ROWS["specific"] - 1, q=0.9)
    table = pd.concat([ROWS.assign(kind="knockout"), other_kind], ignore_index=True).reindex(columns=list(COLUMNS))
    table.to_parquet(folder / "knockouts.parquet")
    return mh.Run.open(folder)


def test_relations_whose_edges_are_worth_more_are_counted_and_the_largest_is_named(run: mh.Run) -> None:
    """One is above 0 and passes; one passes below 0; one had no edges to compare with."""
    finding = mh.finding(run, "knockouts")
    assert finding.text.startswith("smollm2: in the best heads of")
    assert "in the best heads of 1 of 3 relations, " in finding.text
    assert "L5 H2" in finding.text
    assert "+0.400 [+0.300, +0.500], " in finding.text
    assert finding.table["relation"].tolist() == ["nsubj", "det", "obj"]
    assert finding.pairs == 90


def test_the_bar_is_the_interval_of_the_difference_seen_from_the_ring(run: mh.Run) -> None:
    drawn = max(mh.finding(run, "knockouts").chart.to_dict()["datasets"].values(), key=len)
    first = next(row for row in drawn if row["relation"] == "nsubj")
    assert (first["other"], first["equal"], first["delta"]) == (0.1, 0.5, 0.9)
    assert (first["bar_low"], first["bar_high"]) == pytest.approx((0.4, 0.6))


def test_the_other_way_of_removing_edges_can_be_chosen(run: mh.Run) -> None:
    assert "0 of 3 relations" in mh.finding(run, "knockouts", kind="zero_weight").text
    with pytest.raises(Problem, match="nothing of"):
        mh.finding(run, "knockouts", kind="mean")


def test_without_intervals_nothing_is_counted(run: mh.Run) -> None:
    table = pd.read_parquet(run.folder / "knockouts.parquet")
    table.assign(q=None, specific_low=None, specific_high=None).astype(
        dict.fromkeys(("q", "specific_low", "specific_high"), float)
    ).to_parquet(run.folder / "knockouts.parquet")
    finding = mh.finding(mh.Run.open(run.folder), "knockouts")
    assert "too few texts to tell" in finding.text
    assert finding.chart.to_dict()
