"""Findings of the runs that ship: what each says, draws, and how it is got again."""

import json
import re
import shutil
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.cli import command
from mhattn_core.errors import Problem
from mhattn_core.findings import RUN_FINDINGS
from mhattn_core.runs.store import shipped


def rows(finding: mh.Finding) -> list[dict[str, object]]:
    largest = max(finding.chart.to_dict()["datasets"].values(), key=len)
    # A chart of very many rows holds them as text.
    return pd.read_csv(StringIO(largest)).to_dict("records") if isinstance(largest, str) else largest


@pytest.fixture(scope="module")
def english() -> mh.Run:
    return mh.Run.open("examples-en")


def test_a_grid_is_of_one_model_and_a_distribution_of_all(english: mh.Run) -> None:
    grid = mh.finding(english, "head_grid", model="minilm", measure="special_mass")
    assert len(rows(grid)) == 72
    value = english.heads.query("model == 'minilm' and measure == 'special_mass' and layer == 2 and head == 5")["value"]
    drawn = next(row for row in rows(grid) if (row["layer"], row["head"]) == (2, 5))
    assert drawn["value"] == pytest.approx(value.item())
    assert {row["model"] for row in rows(mh.finding(english, "distributions"))} == set(english.models)
    one = mh.finding(english, "by_depth", models=["smollm2"])
    assert {row["model"] for row in rows(one)} == {"smollm2"}


def test_a_finding_of_fewer_pairs_than_its_run_says_why() -> None:
    run = mh.Run.open("ewt-dev")
    some, every = (mh.finding(run, name) for name in ("distributions", "best_heads"))
    assert some.pairs < every.pairs == run.manifest.pairs
    assert f"This rests on {some.pairs:,} of the run's {run.manifest.pairs:,} pairs" in some.reading
    assert "This rests on" not in every.reading


def test_a_stack_can_be_chosen() -> None:
    run = mh.Run.open("examples-en-zh")
    cross = mh.finding(run, "head_grid", stack="cross")
    of_cross = run.heads.query("model == 'marian-en-zh' and stack == 'cross' and measure == 'entropy.normalised'")
    assert len(rows(cross)) == len(of_cross)


@pytest.mark.parametrize(
    ("name", "choices", "message"),
    [
        ("pie", {}, "not a finding"),
        ("head_grid", {"model": "nobody"}, "no model"),
        ("head_grid", {"measure": "beauty"}, "nothing of"),
        ("by_depth", {"stack": "cross"}, "nothing of"),
        ("best_heads", {"head": "L0 H0"}, "no choice"),
        ("relation_profile", {"model": "minilm", "head": "L7 H0"}, "no head L7 H0"),
        ("segments", {}, "did not measure"),
    ],
)
def test_what_is_not_there_is_refused(english: mh.Run, name: str, choices: dict[str, str], message: str) -> None:
    with pytest.raises(Problem, match=message):
        mh.finding(english, name, **choices)


@pytest.mark.parametrize("key", [run.key for run in shipped()])
def test_all_that_a_run_says_can_be_shown_saved_and_got_again(key: str, tmp_path: Path) -> None:
    run = mh.Run.open(key)
    said = mh.all_findings(run)
    assert [one.name for one in said] == [name for name, one in RUN_FINDINGS.items() if one.given_by(run)]
    for one in said:
        assert one.sentence, one.name
        assert one.reading, one.name
        assert len(one.table), one.name
        assert one.pairs <= run.manifest.pairs
        assert run.id in one.source
        assert one.chart.to_dict()
        again: dict[str, object] = {}
        lines = one.code.splitlines()
        exec("\n".join([*lines[:-1], f"table = {lines[-1]}"]), again)
        pd.testing.assert_frame_equal(again["table"], one.table)


def test_code_gives_the_head_that_was_chosen_and_no_default(english: mh.Run) -> None:
    profile = mh.finding(english, "relation_profile", model="minilm", stack="encoder", head="L2 H0")
    last = profile.code.splitlines()[-1]
    assert last == ("mh.finding(run, 'relation_profile', model='minilm', stack='encoder', head='L2 H0').table")
    assert set(zip(profile.table["layer"], profile.table["head"], strict=True)) == {(2, 0)}


def test_the_command_line_prints_and_draws_them(tmp_path: Path) -> None:
    runner = CliRunner()
    listed = runner.invoke(command, ["show", "examples-en"])
    assert listed.exit_code == 0, listed.output
    assert "relation_profile" in listed.output
    asked = ["relation_profile", "--model", "minilm", "--head", "L2 H0", "--choose", "relation=obj"]
    shown = runner.invoke(command, ["show", "examples-en", *asked])
    assert shown.exit_code == 0, shown.output
    assert "minilm · L2 H0" in shown.output
    assert "head='L2 H0'" in shown.output.replace("\n", "")
    file = f"{tmp_path}/profile.json"
    drawn = runner.invoke(command, ["figure", "examples-en", *asked, "--out", file])
    assert drawn.exit_code == 0, drawn.output
    with open(file, encoding="utf-8") as written:
        assert mh.Run.open("examples-en").id in json.load(written)["usermeta"]["mhattn"]


def test_a_head_is_shown_by_its_name() -> None:
    shown = CliRunner().invoke(command, ["show", "examples-en", "minilm L2 H0"])
    assert shown.exit_code == 0, shown.output
    assert "minilm · L2 H0" in shown.output
    assert "counterpart" in shown.output


def test_one_model_is_asked_for_where_one_is_drawn() -> None:
    two = ["--model", "minilm", "--model", "smollm2", "--out", "x.svg"]
    refused = CliRunner().invoke(command, ["figure", "examples-en", "head_grid", *two])
    assert "about one model" in str(refused.exception)


def test_what_too_few_texts_cannot_tell_takes_no_other_finding_away(tmp_path: Path) -> None:
    """Unique shares are fitted, and so not known of a dozen texts."""
    shutil.copytree(mh.Run.open("ewt-dev").folder, tmp_path / "few")
    table = pd.read_parquet(tmp_path / "few" / "fusion.parquet")
    table.loc[table["measure"] == "unique_share", ["value", "low", "high"]] = float("nan")
    table.to_parquet(tmp_path / "few" / "fusion.parquet")
    run = mh.Run.open(tmp_path / "few")
    with pytest.raises(mh.Problem, match="no “unique_share”"):
        mh.finding(run, "contributions")
    assert "longest" in mh.finding(run, "contributions", measure="length").text.lower()
    assert {"participation", "overview"} <= {finding.name for finding in mh.all_findings(run)}


def test_a_head_above_nothing_is_not_said_to_do_best(english: mh.Run) -> None:
    gains = {}
    for layer in range(6):
        for head in range(layer % 2, 12, 2):
            found = mh.finding(english, "relation_profile", model="minilm", head=f"L{layer} H{head}")
            gains[found.sentence] = found.table["gain"].max()
    assert {"gains most on" in sentence for sentence, gain in gains.items() if gain >= 0.01} == {True}
    assert {
        "is above position and word class on none" in sentence for sentence, gain in gains.items() if gain < 0.004
    } <= {True}
    assert not any("-0 points" in sentence for sentence in gains)


def test_a_card_shows_an_effect_that_is_small_as_what_it_is() -> None:
    run = mh.Run.open("ewt-dev")
    card = mh.finding(run, "head_card", model="minilm", head="L2 H9").table.set_index("what")["value"]
    of_smollm2 = mh.finding(run, "head_card", model="smollm2", head="L1 H0").table.set_index("what")["value"]
    assert of_smollm2["ablation effect, loss added (nats per token)"] == "+0.172 [+0.101, +0.244]"
    effect = run.table("ablation").query("model == 'minilm' and kind == 'mean' and layer == 2 and head == 9").iloc[0]
    shown, low, high = re.findall(r"[+−][\d.e-]+", card["ablation effect, displacement (1 − cosine)"])
    assert 0 < effect["delta"] < 0.005
    assert float(shown) == pytest.approx(effect["delta"], rel=0.05)
    assert float(low) == pytest.approx(effect["low"], rel=0.05)
    assert float(high) == pytest.approx(effect["high"], rel=0.05)
