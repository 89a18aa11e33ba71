"""Checkpoints of one training: named together, loaded one after another, and shown over their steps."""

import json
import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cases import word_tokenizer
from run_pairs import made_pairs
from trained import STEPS, hits_of, put_checkpoints, put_roles

import mhattn_core as mh
from mhattn_core.findings import RUN_FINDINGS
from mhattn_core.findings.training.steps import measures_of
from mhattn_core.models.checkpoints import MOST, checkpoints, expand, step_of
from mhattn_core.models.model import Model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_checkpoints(tmp_path_factory.mktemp("trained") / "mine")


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    alive: list[weakref.ref[Model]] = []

    def bring(name: str) -> Model:
        assert not [one for one in alive if one() is not None], "the checkpoint before is still in memory"
        model = mh.load(name, "cpu")
        alive.append(weakref.ref(model))
        return model

    measures = ("basic", "distances", "matches")
    out = tmp_path_factory.mktemp("run") / "run"
    run = mh.analyze([str(folder)], pairs(), out=out, measures=measures, get=bring)
    put_roles(out, [str(name) for name in run.models])
    return run


def pairs() -> list[mh.SentencePair]:
    return [record.pair for record in made_pairs(6)]


def test_names_that_stand_for_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [str(folder / f"checkpoint-{step}") for step in STEPS]
    assert expand([str(folder)]) == expand([str(folder / "checkpoint-*")]) == inside
    assert expand(["minilm", inside[0], str(folder)]) == ["minilm", *inside]
    assert expand(["org/pythia@{step1, step1000,step512}"]) == [f"org/pythia@step{step}" for step in (1, 512, 1000)]
    assert expand(["gpt2@main"]) == ["gpt2@main"]
    with pytest.raises(mh.Problem, match="no folder like"):
        expand([str(folder / "step-*")])
    many = ",".join(f"step{step}" for step in range(MOST + 1))
    with pytest.raises(mh.Problem, match=f"stands for {MOST + 1} checkpoints; a run takes {MOST}"):
        expand([f"org/pythia@{{{many}}}"])
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    assert expand([str(folder)]) == [str(folder)]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("org/pythia@step143000", 143000),
        ("allenai/OLMo-2@stage1-step5000-tokens21B", 5000),
        ("/runs/lr1e-3/checkpoint-500/", 500),
        ("./out/global_step_20", 20),
        ("./out/iter_7", 7),
        ("gpt2", None),
        ("/runs/model-7", None),
        ("minilm@random", None),
    ],
)
def test_steps(name: str, step: int | None) -> None:
    assert step_of(name) == step


def test_a_series_is_what_its_checkpoints_have_in_common() -> None:
    names = ["a/b@step8", "gpt2", "a/b@step2", "/r/x/checkpoint-4", "/r/x/checkpoint-2", "/r/y/checkpoint-2"]
    assert checkpoints(names) == [
        ("/r/x/checkpoint-2", "/r/x", 2),
        ("/r/x/checkpoint-4", "/r/x", 4),
        ("a/b@step2", "a/b", 2),
        ("a/b@step8", "a/b", 8),
    ]


def test_a_checkpoint_without_a_tokenizer_takes_that_beside_it_or_its_bases(folder: Path, tmp_path: Path) -> None:
    assert mh.load(str(folder / "checkpoint-4"), "cpu").tokenizer.get_vocab() == word_tokenizer().get_vocab()
    alone = tmp_path / "checkpoint-4"
    alone.mkdir()
    for file in (folder / "checkpoint-4").iterdir():
        (alone / file.name).write_bytes(file.read_bytes())
    with pytest.raises(mh.Problem, match="without a tokenizer"):
        mh.load(str(alone), "cpu")
    config = json.loads((alone / "config.json").read_text())
    (alone / "config.json").write_text(json.dumps(config | {"_name_or_path": str(folder)}))
    assert mh.load(str(alone), "cpu").stacks == ("decoder",)


def test_bands_over_steps(run: mh.Run) -> None:
    finding = mh.finding(run, "training")
    assert finding.table["step"].tolist() == list(STEPS)
    heads = run.heads[run.heads["measure"] == "entropy.normalised"]
    at_16 = heads[heads["model"].str.endswith("checkpoint-16")]["value"]
    row = finding.table.set_index("step").loc[16]
    expected = [at_16.quantile(level) for level in (0.1, 0.25, 0.5, 0.75, 0.9)]
    np.testing.assert_allclose(row[["lowest", "lower", "median", "upper", "highest"]].astype(float), expected)
    assert row["heads"] == 12
    assert "Steps 32 and 64 hold the same weights." in finding.sentence
    chart = finding.draw().to_dict()
    assert chart["layer"][0]["encoding"]["x"]["scale"]["type"] == "symlog"
    assert chart["layer"][0]["encoding"]["x"]["axis"]["values"] == list(STEPS)


def test_the_life_of_one_head(run: mh.Run) -> None:
    finding = mh.finding(run, "training_head", head="L2 H1", measure="distance")
    heads = run.heads[(run.heads["measure"] == "distance") & (run.heads["layer"] == 2) & (run.heads["head"] == 1)]
    by_step = dict(zip(heads["model"].map(step_of), heads["value"], strict=True))
    assert dict(zip(finding.table["step"], finding.table["value"], strict=True)) == by_step
    moves = pd.Series([by_step[step] for step in STEPS]).diff().abs()
    later = int(moves.idxmax())
    assert f"between steps {STEPS[later - 1]} and {STEPS[later]}" in finding.sentence
    assert mh.finding(run, "training_head").table["name"].nunique() == 1
    with pytest.raises(mh.Problem, match="no head L9 H9"):
        mh.finding(run, "training_head", head="L9 H9")


def test_shares_over_steps(run: mh.Run) -> None:
    table = mh.finding(run, "training_shares").table
    matched = table[table["what"] == "matched with the last"].set_index("step")["value"]
    assert matched.index.tolist() == list(STEPS[:-1])
    # The same weights have the same profiles.
    assert matched[32] >= matched[0]
    redundant = table[table["what"] == "redundant"].set_index("step")["value"]
    shares = run.redundancy[run.redundancy["by"] == "js"].set_index("model")["redundant"]
    assert redundant[8] == pytest.approx(shares[next(name for name in shares.index if name.endswith("checkpoint-8"))])
    # Each checkpoint is matched with the last alone.
    ends = run.matches[["model_a", "model_b"]].drop_duplicates()
    assert len(ends) == len(STEPS) - 1
    assert (ends == str(run.models[-1])).any(axis=1).all()


def test_a_role_over_steps(run: mh.Run) -> None:
    """In one direction throughout, though another is ahead at the first steps."""
    life = mh.finding(run, "training_head", measure="relation.nsubj").table
    assert life["name"].unique().tolist() == ["L2 H1"]
    assert life["step"].tolist() == list(STEPS)
    assert life["value"].tolist() == [2 * number / 16 for number in range(8)]
    bands = mh.finding(run, "training", measure="relation.nsubj")
    at_4 = [hits_of(3, layer, head, "dependent_to_head") / 16 for layer in range(3) for head in range(4)]
    assert bands.table.set_index("step").loc[4, "median"] == pytest.approx(np.median(at_4))
    assert bands.draw().to_dict()["layer"][-1]["encoding"]["y"]["title"].startswith("accuracy on")
    names = measures_of(run)
    assert "relation.nsubj" in names
    assert "relation.obj" not in names
    with pytest.raises(mh.Problem, match="no relation"):
        mh.finding(run, "training", measure="relation.nonsense")


def test_verdicts_over_steps(run: mh.Run) -> None:
    finding = mh.finding(run, "training_verdicts")
    table = finding.table.pivot_table(index="step", columns="verdict", values="relations").astype(int)
    assert table.columns.tolist() == ["insufficient data", "no evidence", "pattern specialist", "small gain"]
    # A relation counts by its strongest verdict: that of the column is never that.
    assert table.loc[0].tolist() == [1, 2, 0, 0]
    assert table.loc[4].tolist() == [0, 2, 0, 1]
    assert table.loc[16].tolist() == [0, 1, 2, 0]
    assert "Of 3 relations **0** have a specialist at step 0, **2** at step 64" in finding.sentence
    assert "the first one appears at step 16" in finding.sentence
    spec = finding.draw().to_dict()
    assert spec["layer"][0]["encoding"]["x"]["scale"]["type"] == "symlog"
    shares = mh.finding(run, "training_shares").table
    specialists = shares[shares["what"] == "specialists"].set_index("step")["value"]
    assert specialists.tolist() == pytest.approx([0] * 5 + [1 / 12] * 3)


def test_a_run_without_checkpoints_has_none(tmp_path: Path) -> None:
    examples = mh.Run.open("examples-en")
    for name in ("training", "training_head", "training_shares", "training_verdicts"):
        assert not RUN_FINDINGS[name].given_by(examples)
    with pytest.raises(mh.Problem, match="no checkpoints of one training"):
        mh.finding(examples, "training")
