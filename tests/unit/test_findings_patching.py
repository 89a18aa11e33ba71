"""What is said of heads that were patched, from numbers by hand."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.experiments.ablation.patching import COLUMNS
from mhattn_core.findings.ablation.patched import contrast_label

HEADS = 4


def rows(kind: str, recovery: list[float], *, direction: str = "", positions: str = "", **more: object) -> pd.DataFrame:
    table = pd.DataFrame({"head": range(len(recovery)), "recovery": recovery})
    return table.assign(
        kind=kind,
        direction=direction,
        positions=positions,
        low=table["recovery"] - 0.1,
        high=table["recovery"] + 0.1,
        q=np.where(table["recovery"].abs() > 0.1, 0.01, 0.4),
        **more,
    )


def made() -> pd.DataFrame:
    parts = [
        rows(
            "output", [0.5, -0.2, 0.05, 0.3], direction="good_to_bad", positions="all", attribution=[0.4, -0.1, 0, 0.2]
        ),
        rows(
            "output", [0.6, -0.3, 0.15, 0.0], direction="bad_to_good", positions="all", attribution=[0.1, 0.2, 0.3, 0.4]
        ),
        rows("query", [0.2, -0.4], direction="good_to_bad", positions="all"),
        rows("output", [0.5], direction="good_to_bad", positions="answer"),
        rows("mean", [0.4, -0.2, 0.3, 0.0]),
        rows("knockout", [0.2, 0.01, 0.0, -0.02]),
    ]
    return (
        pd.concat(parts, ignore_index=True)
        .assign(model="smollm2", relation="nsubj", stack="decoder", layer=7, clean=1.5, corrupt=-1.0, n=90, units=40)
        .assign(contrasts=100, unasked=2, unequal=5, not_told_apart=3)
        .reindex(columns=list(COLUMNS))
    )


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    made().to_parquet(folder / "patching.parquet")
    return mh.Run.open(folder)


def test_heads_that_carry_most_are_named_and_those_beyond_chance_counted(run: mh.Run) -> None:
    finding = mh.finding(run, "patching")
    assert "ahead by +1.500 nats after the good opening and by −1.000 after the bad one" in finding.text
    assert "L7 H0 +0.500 [+0.400, +0.600]" in finding.text
    assert "Of 4 heads tested 2 carry it and 1 work against it" in finding.text
    assert "90 of 100 pairs count" in finding.reading
    assert "Left out are 5 whose openings differ in their number of tokens, 2 that cannot be asked, 3 in" in (
        finding.reading
    )
    assert "of the run's" not in finding.reading  # they are no pairs of the run
    assert finding.pairs == 90
    assert finding.table["recovery"].tolist() == [0.5, 0.3, 0.05, -0.2]


def test_heads_that_were_not_patched_are_drawn_without_a_value(run: mh.Run) -> None:
    finding = mh.finding(run, "patching", kind="query")
    assert len(finding.table) == 2
    drawn = [row for data in finding.chart.to_dict()["datasets"].values() for row in data if "value" in row]
    assert {(row["head"], row["value"]) for row in drawn} == {(0, 0.2), (1, -0.4), (2, None), (3, None)}
    assert mh.finding(run, "patching", positions="answer").table["recovery"].tolist() == [0.5]


def test_agreement_is_that_of_ranks(run: mh.Run) -> None:
    assert "rank the 4 heads alike by 1.00" in mh.finding(run, "attribution_agreement").text
    other = mh.finding(run, "attribution_agreement", direction="bad_to_good")
    assert "rank the 4 heads alike by −0.40" in other.text


def test_interventions_are_compared_head_by_head(run: mh.Run) -> None:
    """Patching there is that into the good run, which asks what ablation asks."""
    finding = mh.finding(run, "interventions")
    expected = (
        made()
        .query("direction == 'bad_to_good' or direction == ''")
        .pivot_table(index="head", columns="kind", values="recovery")
    )
    agreement = expected["output"].corr(expected["mean"], method="spearman")
    assert f"patching and ablation {agreement:.2f}" in finding.text
    assert "(q ≤ 0.05): patching 2, ablation 2, knockout 1; by every one of them 1." in finding.text
    drawn = max(finding.chart.to_dict()["datasets"].values(), key=len)
    assert {row["intervention"] for row in drawn} == {"patching", "ablation", "knockout"}
    assert len(drawn) == 3 * HEADS


def test_the_head_that_seems_to_know_the_relation_is_named_beside_them(run: mh.Run) -> None:
    """By where it looks, as the run's relations have it; and drawn, however little it does."""
    relations = pd.read_parquet(run.folder / "relations.parquet")
    own = (relations["model"] == "smollm2") & (relations["relation"] == "nsubj") & (relations["score"] == "hit")
    first = relations[own].index[0]
    relations.loc[own, "held_out"] = 0.1
    relations.loc[first, ["stack", "layer", "head", "held_out", "verdict"]] = ["decoder", 7, 3, 0.74, "small gain"]
    relations.to_parquet(run.folder / "relations.parquet")
    finding = mh.finding(mh.Run.open(run.folder), "interventions")
    assert (
        "L7 H3, which finds this relation most often by where it looks (74% on held-out texts): "
        "patching +0.000 [−0.100, +0.100], ablation +0.000 [−0.100, +0.100], knockout −0.020 [−0.120, +0.080]."
    ) in finding.text


def test_what_is_not_there_is_refused(run: mh.Run) -> None:
    with pytest.raises(NotAvailable, match="was not patched"):
        mh.finding(run, "patching", model="minilm")
    with pytest.raises(Problem, match="nothing of"):
        mh.finding(run, "patching", relation="det")


def test_too_few_pairs_have_no_interval(run: mh.Run) -> None:
    few = made().assign(low=np.nan, high=np.nan, q=np.nan)
    few.to_parquet(run.folder / "patching.parquet")
    again = mh.Run.open(run.folder)
    assert "too few pairs for an interval" in mh.finding(again, "patching").text
    assert "q ≤" not in mh.finding(again, "interventions").text
    assert mh.finding(again, "interventions").chart.to_dict()


def test_a_group_of_a_readers_own_is_called_by_its_name() -> None:
    assert contrast_label("nsubj") == "subject → predicate"
    assert contrast_label("anaphor_gender") == "anaphor_gender"
