"""What is said of relations under three interventions, from numbers by hand."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mhattn_core as mh
from mhattn_core.experiments.ablation.knockout import COLUMNS as EDGES
from mhattn_core.experiments.ablation.patching import COLUMNS

RELATIONS = {"nsubj": "subject → predicate", "det": "determiner → noun", "ioi": "indirect object (IOI)"}
FINDERS = {"nsubj": 3, "det": 1}


def moved(relation: str, kind: str, recovery: list[float], direction: str = "") -> pd.DataFrame:
    """Heads 0, 1 … of layer 7, each known to a tenth; what is beyond a tenth is clear."""
    table = pd.DataFrame({"head": range(len(recovery)), "recovery": recovery})
    low = table["recovery"] - 0.1
    return table.assign(
        relation=relation,
        kind=kind,
        direction=direction,
        positions="all" if direction else "",
        low=low,
        high=table["recovery"] + 0.1,
        q=np.where(low > 0, 0.01, 0.4),
    )


@pytest.fixture
def run(tmp_path: Path) -> mh.Run:
    """The head that finds the subject carries none of it, the one that finds the determiner carries most."""
    folder = tmp_path / "run"
    shutil.copytree(mh.Run.open("examples-en").folder, folder)
    rows = [
        moved(relation, kind, values, direction)
        for relation, patched in (
            ("nsubj", [0.6, 0.2, 0.15, 0.05]),
            ("det", [0.1, 0.4, 0.0, 0.0]),
            ("ioi", [0.0, 0, 0.3, 0]),
        )
        for kind, direction, values in (
            ("output", "good_to_bad", [0.9, 0.9, 0.9, 0.9]),
            ("output", "bad_to_good", patched),
            ("query", "bad_to_good", [0.8]),
            ("mean", "", [0.3, 0.0, 0.0, 0.02]),
            ("knockout", "", [0.2, 0.01, 0.0, -0.02]),
        )
    ]
    patches = pd.concat(rows, ignore_index=True).assign(model="smollm2", stack="decoder", layer=7, n=90, units=40)
    patches.assign(contrasts=90).reindex(columns=list(COLUMNS)).to_parquet(folder / "patching.parquet")
    relations = pd.read_parquet(folder / "relations.parquet")
    for relation, head in FINDERS.items():
        own = (relations["model"] == "smollm2") & (relations["relation"] == relation) & (relations["score"] == "hit")
        relations.loc[own, "held_out"] = 0.1
        named = ["decoder", 7, head, 0.74, "small gain"]
        relations.loc[relations[own].index[0], ["stack", "layer", "head", "held_out", "verdict"]] = named
    relations.to_parquet(folder / "relations.parquet")
    edges = pd.DataFrame(
        {"relation": ["nsubj", "det", "nsubj"], "layer": 7, "head": [3, 1, 3], "specific": [0.02, None, 9]}
    )
    edges = edges.assign(specific_low=-0.01, specific_high=0.05, q=[0.0004, None, 0.5], n=[120, 0, 7])
    edges = edges.assign(
        model="smollm2", stack="decoder", kind=["knockout", "knockout", "zero_weight"], quantity="loss"
    )
    edges.reindex(columns=list(EDGES)).to_parquet(folder / "knockouts.parquet")
    return mh.Run.open(folder)


def test_each_relation_says_who_carries_it_and_what_the_head_that_finds_it_carries(run: mh.Run) -> None:
    text = mh.finding(run, "causal_verdicts").text
    assert text.startswith("smollm2: in 1 of 2 relations the head that finds the relation most often")
    assert (
        "subject → predicate: L7 H0 carries 0.60 [0.50, 0.70]; L7 H3, which finds it, carries 0.05 [−0.05, 0.15]. "
        "determiner → noun: L7 H1, which finds it, carries 0.40 [0.30, 0.50]."
    ) in text
    assert "indirect object (IOI): L7 H2 carries 0.30 [0.20, 0.40]." in text


def test_the_table_has_every_head_of_every_relation_and_the_chart_the_heads_in_question(run: mh.Run) -> None:
    finding = mh.finding(run, "causal_verdicts")
    table = finding.table
    assert len(table) == 12
    first = table.query("relation == 'nsubj'").iloc[0]
    assert (first["head"], first["patching"], first["ablation"], first["knockout"]) == (0, 0.6, 0.3, 0.2)
    assert (first["patching_low"], first["knockout_q"]) == pytest.approx((0.5, 0.01))
    found = table.query("relation == 'nsubj' and head == 3").iloc[0]
    assert (found["specific"], found["specific_n"]) == (0.02, 120)
    assert 0 <= found["looks"] <= 1
    rates = run.table("rates").query("model == 'smollm2' and relation == 'nsubj' and layer == 7 and head == 3")
    assert found["looks"] == pytest.approx((rates["hits"] / rates["n"]).max())
    drawn = max(finding.chart.to_dict()["datasets"].values(), key=len)
    assert {row["name"] for row in drawn} == {
        "subject → predicate · L7 H0",
        "subject → predicate · L7 H3",
        "determiner → noun · L7 H1",
        "indirect object (IOI) · L7 H2",
    }
    assert len(drawn) == 3 * 4


def test_without_relations_or_edges_the_heads_that_carry_are_still_named(run: mh.Run) -> None:
    for name in ("relations", "knockouts", "rates"):
        (run.folder / f"{name}.parquet").unlink()
    finding = mh.finding(mh.Run.open(run.folder), "causal_verdicts")
    assert "in 0 of 0 relations" not in finding.text
    assert "subject → predicate: L7 H0 carries 0.60 [0.50, 0.70]." in finding.text
    assert finding.table["looks"].isna().all()
