"""A run that asks for causes: which heads lose edges, and how heads are switched off, on a random network of two layers."""

from pathlib import Path

import pandas as pd
import pytest
from tiny import put_gpt2, put_tokenizer
from typer.testing import CliRunner
from written import sentences

import mhattn_core as mh
from mhattn_core.attention.ablation import kinds_of
from mhattn_core.cli import command
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.knockout import BestHead, judged_heads
from mhattn_core.findings.overview.heads import head_overview
from mhattn_core.findings.reproduce import command_line_of_run, python_of_run
from mhattn_core.heads import Head
from mhattn_core.runs.studies import knockouts

SENTENCES = [mh.SentencePair(text) for text in ("the old cat sat on the mat", "it was very tired and it slept")]
HEADS = 6


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(put_gpt2(put_tokenizer(tmp_path / "model")))


def named() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Relations and rates with one head for what is asked of each, and another for all else."""
    of = [
        ("nsubj", "column", 0, 0.7, "nearest-class head"),
        ("nsubj", "later_to_earlier", 1, 0.6, "nearest-class head"),
        ("same_word", "column", 0, 0.8, "pattern specialist"),
        ("same_word", "later_to_earlier", 1, 0.5, "pattern specialist"),
        ("obj", "column", 0, 0.9, "insufficient data"),
        ("obj", "later_to_earlier", 1, 0.4, "no evidence"),
    ]
    relations = pd.DataFrame(of, columns=["relation", "direction", "head", "held_out", "verdict"])
    relations = relations.assign(stack="decoder", layer=0, score="hit").astype({"layer": "Int16", "head": "Int16"})
    rates = pd.DataFrame(
        [("decoder", *row[:2], 0, head, 10 + head, 20 + head) for row in of for head in (0, 1)],
        columns=["stack", "relation", "direction", "layer", "head", "hits", "n"],
    )
    return relations, rates.astype({"layer": "int16", "head": "int16"})


def test_heads_are_those_that_the_relations_of_the_run_name() -> None:
    """One of each relation with a verdict, and every head to which a causal effect alone is lacking."""
    relations, rates = named()
    other = relations.assign(score="mass", verdict="pattern specialist")
    assert set(judged_heads(pd.concat([relations, other]), rates)) == {
        BestHead("nsubj", "column", Head("decoder", 0, 0), 10, 20),
        BestHead("same_word", "column", Head("decoder", 0, 0), 10, 20),
        BestHead("same_word", "later_to_earlier", Head("decoder", 0, 1), 11, 21),
        BestHead("obj", "later_to_earlier", Head("decoder", 0, 1), 11, 21),
    }


def test_edges_are_taken_out_after_relations_are_known(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes first in the list of measures; at most so many texts of each relation are read."""
    given: list[pd.DataFrame] = []
    best = BestHead("det", "later_to_earlier", Head("decoder", 1, 2), 5, 9)

    def judged(relations: pd.DataFrame, rates: pd.DataFrame) -> list[BestHead]:
        given.extend((relations, rates))
        return [best]

    monkeypatch.setattr(knockouts, "judged_heads", judged)
    monkeypatch.setattr(knockouts, "MOST", 3)
    records = sentences()[:12]
    run = mh.analyze([model], records, out=tmp_path / "run", measures=("knockouts", "relations"))
    assert [set(table["model"]) for table in given] == [{model}, {model}]
    items = run.items
    with_it = items.loc[(items["relation"] == "det") & (items["direction"] == "later_to_earlier"), "id"].nunique()
    assert with_it > 3
    table = run.table("knockouts")
    assert table[["relation", "layer", "head", "hits", "items"]].drop_duplicates().values.tolist() == [
        ["det", 1, 2, 5, 9]
    ]
    assert (table["n"] <= 3).all()
    assert (table["edges"] > 0).all()


def test_how_heads_are_switched_off_is_chosen_told_and_part_of_the_run(model: str, tmp_path: Path) -> None:
    asked = ["--model", model, "--measures", "basic,ablation", "--ablate", "zero", "--out", str(tmp_path / "run")]
    file = tmp_path / "pairs.txt"
    file.write_text("\n".join(pair.source for pair in SENTENCES), encoding="utf-8")
    done = CliRunner().invoke(command, ["analyze", str(file), *asked])
    assert done.exit_code == 0, done.output
    run = mh.Run.open(tmp_path / "run")
    table = run.table("ablation")
    assert table.groupby("kind", sort=False).size().to_dict() == dict.fromkeys(
        ("zero", *(kind for kind in kinds_of(mh.load(model)) if kind != "zero")), HEADS
    )
    by_hand = table[table["kind"] == "zero"]
    assert mh.finding(run, "ablation_effects").table["kind"].unique().tolist() == ["zero"]
    effects = head_overview(run, [model]).set_index(["layer", "head"])["effect"]
    pd.testing.assert_series_equal(effects, by_hand.set_index(["layer", "head"])["delta"], check_names=False)
    assert "--ablate zero" in command_line_of_run(run.manifest)
    assert "ablation='zero'" in python_of_run(run.manifest, "Fault tolerance")
    default = mh.analyze([model], SENTENCES, out=tmp_path / "default", measures=("ablation",))
    assert default.table("ablation")["kind"].iloc[0] == "mean"
    assert default.id != run.id
    assert "--ablate" not in command_line_of_run(default.manifest)


def test_a_way_that_is_none_or_has_nothing_to_do_is_refused(model: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no way to switch a head off"):
        mh.analyze([model], SENTENCES, out=tmp_path / "a", measures=("ablation",), ablation="half")  # type: ignore[arg-type]
    with pytest.raises(Problem, match="none is switched off"):
        mh.analyze([model], SENTENCES, out=tmp_path / "b", ablation="zero")
