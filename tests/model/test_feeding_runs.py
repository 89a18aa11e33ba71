"""Runs over pairs that are fed as chats, or in a template."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from chatting import chatting
from tiny import put_model, put_translator
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.cli import command
from mhattn_core.errors import Problem
from mhattn_core.findings.heads.regions import regions_of_pair
from mhattn_core.findings.reproduce import command_line_of_run, python_of_run
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.saved_inputs import read_given, write_given
from mhattn_core.text.feeding import REGIONS, Feeding
from mhattn_core.text.reading import read_pairs

CHAT = Feeding("chat", "be good")
PAIRS = [
    mh.SentencePair("the old cat sat on the mat", "it was tired"),
    mh.SentencePair("the long mat was old", "the cat slept on it and was tired"),
    mh.SentencePair("it slept", ""),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    return chatting(tmp_path_factory.mktemp("chat"))


@pytest.fixture(scope="module")
def run(model: mh.Model, tmp_path_factory: pytest.TempPathFactory) -> mh.Run:
    folder = tmp_path_factory.mktemp("run") / "run"
    return mh.analyze([model], PAIRS, out=folder, measures=["basic", "regions"], feeding=CHAT)


def test_a_run_gives_the_mean_of_what_each_pair_gives(model: mh.Model, run: mh.Run) -> None:
    of_pairs, words = list[pd.DataFrame](), list[int]()
    for pair in PAIRS:
        seen = mh.attend(model, replace(pair, feeding=CHAT))
        of_pairs.append(regions_of_pair([(seen, "decoder")]).table.set_index(["layer", "head", "region"]))
        words.append(len(seen.words("decoder").queries))
    found = mh.finding(run, "regions").table.set_index(["layer", "head", "region"])
    for column in ("share", "even"):
        sums = sum(table[column].reindex(found.index).fillna(0) * n for table, n in zip(of_pairs, words, strict=True))
        np.testing.assert_allclose(found[column], sums / sum(words), atol=1e-5)
    np.testing.assert_allclose(found["lift"], found["share"] / found["even"], rtol=1e-4)
    assert set(found.index.get_level_values("region")) == set(REGIONS)


def test_shares_of_regions_make_one_and_the_special_mass_is_what_words_do_not_get(model: mh.Model, run: mh.Run) -> None:
    values = run.heads[run.heads["group"] == ""].pivot_table(index=["layer", "head"], columns="measure", values="value")
    shares = {region: values[f"region.share.{region}"] for region in REGIONS}
    np.testing.assert_allclose(sum(shares.values()), 1, atol=1e-5)
    one = mh.attend(model, replace(PAIRS[0], feeding=CHAT))
    table = regions_of_pair([(one, "decoder")]).table
    of_no_word = table[table["region"].isin(["system", "template"])].groupby(["layer", "head"])["share"].sum()
    np.testing.assert_allclose(of_no_word, one.words("decoder").special_mass.mean(axis=-1).ravel(), atol=1e-5)


def test_the_words_of_a_chat_are_the_pairs(model: mh.Model, run: mh.Run, tmp_path: Path) -> None:
    """The same measure on the same words: what differs is what the model read around them."""
    plain = mh.analyze([model], PAIRS, out=tmp_path, measures=["basic"])
    columns = ["stack", "layer", "head", "measure", "n"]
    basic = run.heads[~run.heads["measure"].str.startswith("region.")]
    pd.testing.assert_frame_equal(basic[columns].reset_index(drop=True), plain.heads[columns])
    assert run.id != plain.id


def test_the_manifest_says_how_pairs_were_fed_and_an_older_one_says_nothing(run: mh.Run, tmp_path: Path) -> None:
    assert mh.Run.open(run.folder).manifest.feeding == CHAT
    assert "--feed chat --system 'be good'" in command_line_of_run(run.manifest)
    assert "feeding=mh.Feeding(how='chat', system='be good')" in python_of_run(run.manifest, "Attention")
    plain = replace(run.manifest, feeding=Feeding())
    plain.write(tmp_path)
    told = json.loads((tmp_path / "manifest.json").read_text())
    del told["feeding"]
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    assert Manifest.read(tmp_path) == plain
    assert "feed" not in command_line_of_run(plain)


def test_a_run_that_goes_on_feeds_as_it_began(model: mh.Model, run: mh.Run, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("source,target\nthe cat sat,it slept\n")
    upload = read_pairs(file)
    upload = replace(upload, pairs=[replace(one, pair=replace(one.pair, feeding=CHAT)) for one in upload.pairs])
    write_given(tmp_path, upload)
    again = read_given(tmp_path)
    assert again is not None
    assert again.pairs == upload.pairs
    with pytest.raises(Problem, match="how the pairs are fed"):
        mh.analyze([model], PAIRS, out=run.folder, measures=["basic", "regions"])


@pytest.mark.parametrize(
    ("feeding", "measures", "reason"),
    [
        (CHAT, ["ablation"], "or need the same words for all models: ablation"),
        (None, ["basic"], "not all fed in one way"),
    ],
)
def test_what_a_run_cannot_feed_it_says(
    feeding: Feeding | None, measures: list[str], reason: str, model: mh.Model, tmp_path: Path
) -> None:
    pairs = [PAIRS[0], replace(PAIRS[1], feeding=Feeding("say {a} {b}"))]
    with pytest.raises(Problem, match=reason):
        mh.analyze([model], pairs, out=tmp_path / "run", measures=measures, feeding=feeding)


def test_a_model_that_takes_no_chat_ends_a_run_at_once(tmp_path: Path) -> None:
    encoder, translator = put_model(tmp_path / "bert"), put_translator(tmp_path / "t5", "t5")
    for folder, reason in ((encoder, "has no chat template"), (translator, "in its encoder")):
        with pytest.raises(Problem, match=reason):
            mh.analyze([mh.load(str(folder), device="cpu")], PAIRS, out=tmp_path / "run", feeding=Feeding("chat"))
        (tmp_path / "run" / "manifest.json").unlink()


def test_the_command_line_feeds_a_template_with_line_breaks(model: mh.Model, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("source,target\nthe cat sat,it slept\nthe old mat,it was long\n")
    asked = ["analyze", str(file), "--model", model.name, "--measures", "regions", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(command, [*asked, "--feed", r"first: {a}\nsecond: {b}"])
    assert done.exit_code == 0, done.output
    run = mh.Run.open(tmp_path / "run")
    assert run.manifest.feeding == Feeding("first: {a}\nsecond: {b}")
    found = mh.finding(run, "regions")
    assert set(found.table["region"]) == {"a", "b", "template"}
    assert "template" in found.sentence
    found.chart.to_dict()
