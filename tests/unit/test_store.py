"""Saved runs: found, made, resumed and deleted, and none but runs."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from mhattn_core.errors import Problem
from mhattn_core.models.control_names import CONTROLS
from mhattn_core.runs import store
from mhattn_core.runs.corpus import corpus_digest
from mhattn_core.runs.manifest import Manifest
from mhattn_core.runs.packing import zipped
from mhattn_core.runs.run import Run
from mhattn_core.runs.saved_inputs import forget_given, read_given, write_given
from mhattn_core.text.examples import example_pairs, examples
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import parse
from mhattn_core.text.reading import GoldWord, PairRecord, Upload
from mhattn_core.text.reading.records import bad_rows

RECORDS = [
    PairRecord(
        "a",
        SentencePair("我 喜欢\u2028猫", "I like cats", ("我", "喜欢", "猫")),
        2,
        "doc",
        "zh",
        "x",
        parse("0-0 1-1 2p2"),
    ),
    PairRecord(
        "b",
        SentencePair("One\nword"),
        4,
        tree=(GoldWord("One", "one", "NUM", 1, "nummod"), GoldWord("word", "word", "NOUN", -1, "root")),
    ),
]
UPLOAD = Upload("mine.csv", "CSV", RECORDS, bad_rows([(3, "It has no source text.")]))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def made(name: str = "mine") -> store.Saved:
    return store.create(name, ("minilm",), ("basic",), UPLOAD)


def finish(run: store.Saved) -> None:
    manifest = Manifest((("minilm", "1"),), corpus_digest(RECORDS), 2, ("basic",), finished=True)
    manifest.write(run.folder)


def test_what_a_run_was_given_comes_back_as_it_was(tmp_path: Path) -> None:
    write_given(tmp_path, UPLOAD)
    back = read_given(tmp_path)
    assert back
    assert back.pairs == RECORDS
    assert corpus_digest(back.pairs) == corpus_digest(RECORDS)
    pd.testing.assert_frame_equal(back.bad, UPLOAD.bad)
    forget_given(tmp_path)
    assert read_given(tmp_path) is None


def test_a_run_is_listed_from_its_beginning_and_opens_when_it_is_finished() -> None:
    run = made("<b>*mine*</b>")
    assert [(found.about.name, found.about.pairs, found.finished) for found in store.saved()] == [
        ("<b>*mine*</b>", 2, False)
    ]
    with pytest.raises(Problem):
        run.open()
    finish(run)
    found = store.get(run.key)
    assert found
    assert found.finished
    assert found.open().models == ("minilm",)


def test_keys_cannot_be_guessed_and_two_runs_of_one_name_are_two() -> None:
    first, second = made(), made()
    assert first.key != second.key
    assert len(first.key) == 32
    assert len(store.saved()) == 2


@pytest.mark.parametrize("key", ["", ".", "..", "../outside", "a/b", "/etc", "a\x00", "ewt-dev/../ewt-dev", "x" * 200])
def test_a_key_that_is_no_plain_name_finds_and_deletes_nothing(key: str, folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    finish(store.Saved("outside", outside, made().about, finished=True))
    store.delete(key)
    assert store.get(key) is None
    assert (outside / "manifest.json").exists()
    assert len(store.saved()) == 1


def test_deleting_takes_the_folder_and_spares_what_ships() -> None:
    run = made()
    store.delete(run.key)
    assert not run.folder.exists()
    assert store.get(run.key) is None
    for shipped in store.shipped():
        store.delete(shipped.key)
    assert all(run.folder.exists() for run in store.shipped())


def test_a_run_of_the_command_line_is_listed_too(folder: Path) -> None:
    Manifest((("minilm", "1"),), "digest", 7, ("basic",), finished=True).write(folder / "by-hand")
    (found,) = store.saved()
    assert (found.key, found.about.name, found.about.models, found.about.pairs) == (
        "by-hand",
        "by-hand",
        ("minilm",),
        7,
    )


def test_a_damaged_run_does_not_take_the_list_with_it(folder: Path) -> None:
    made()
    for name, content in (("broken", "{"), ("other", '{"id": "x", "models": 3}'), ("empty", "")):
        (folder / name).mkdir()
        (folder / name / "manifest.json").write_text(content, encoding="utf-8")
        (folder / name / "about.json").write_text(content, encoding="utf-8")
    (folder / "nothing").mkdir()
    assert len(store.saved()) == 1


def test_a_shared_copy_keeps_runs_for_a_day() -> None:
    old, new = made("old"), made("new")
    now = datetime.now(UTC)
    store.write_about(
        old.folder, store.About("old", (now - timedelta(hours=25)).isoformat(), ("minilm",), ("basic",), 2)
    )
    store.expire(now, at_work={old.key})
    assert [run.key for run in store.saved()] == [new.key, old.key]
    store.expire(now)
    assert [run.key for run in store.saved()] == [new.key]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "file"))
    with pytest.raises(Problem, match="cannot be written"):
        made()


# What ships


def test_runs_ship_as_tables_without_the_treebanks_sentences() -> None:
    shipped = {run.key: run for run in store.shipped()}
    assert next(iter(shipped)) == "ewt-dev"
    assert {"gsdsimp-dev-zh-en", "ewt-dev-en-zh", "examples-en", "examples-en-zh", "examples-zh-en"} <= set(shipped)
    for run in shipped.values():
        tables = run.open()
        assert run.about.models == tables.models
        assert len(tables.pairs) == run.about.pairs
        own = run.about.pairing in ("written", "templates")
        assert ("source" in tables.pairs) == own
        assert own or (run.about.licence == "CC BY-SA 4.0" and run.about.source)
        assert own or not tables.has("items")
        assert not (run.folder / "sums").exists()
        assert not (run.folder / "parts").exists()
    files = [path for run in shipped.values() for path in run.folder.iterdir()]
    assert max(path.stat().st_size for path in files) < 4_000_000
    assert sum(path.stat().st_size for path in files) < 26_000_000


def test_what_ships_says_of_many_relations_which_head_has_them() -> None:
    table = Run.open(store.SHIPPED / "ewt-dev").relations
    hits = table[table["score"] == "hit"]
    specialists = hits[hits["verdict"].isin(("specialist", "pattern specialist"))]
    judged = {"specialist", "pattern specialist", "nearest-class head", "small gain", "no evidence"}
    for model in ("minilm", "smollm2"):
        rows = hits[(hits["model"] == model) & (hits["direction"] == "later_to_earlier")]
        assert rows["verdict"].isin(judged).sum() >= 8
        assert "same_word" in set(specialists.loc[specialists["model"] == model, "relation"])
        for control in CONTROLS:
            assert specialists[specialists["model"] == model + control].empty
    assert (specialists["low"] >= 0.1).all()
    assert (specialists["selectivity_low"] > 0).all()
    row = hits.query("model == 'minilm' and relation == 'obj' and direction == 'dependent_to_head'").iloc[0]
    assert (row["layer"], row["head"]) == (2, 0)
    assert 0.70 <= row["held_out"] <= 0.74 < row["class_rule"]  # the nearest verb tells more
    assert row["verdict"] == "nearest-class head"
    assert row["fewest"] >= 200


def test_differences_from_random_weights_ship_with_paired_intervals_both_ways() -> None:
    tables = Run.open(store.SHIPPED / "ewt-dev")
    there = tables.difference("minilm@random", "minilm")
    back = tables.difference("minilm", "minilm@random")
    known = there["value"].notna()
    # Single sentences have no blocks, and no second sentence to attend to.
    unknown = set(there["measure"]) - set(there.loc[known, "measure"])
    assert all(name.startswith(("block.", "cross_sentence", "pattern.block", "sink.block")) for name in unknown), (
        unknown
    )
    assert known.sum() == 72 * there.loc[known, "measure"].nunique()
    assert (there.loc[known, "low"] <= there.loc[known, "value"]).mean() > 0.99
    pd.testing.assert_series_equal(back["low"], -there["high"], check_names=False)
    assert tables.difference("smollm2", "smollm2@random")["low"].notna().any()


def test_examples_say_the_same_in_both_languages_and_are_many() -> None:
    assert len(examples()) == 60
    assert len({example.english for example in examples()}) == len({example.chinese for example in examples()}) == 60
    for record in example_pairs("english", "chinese"):
        assert record.pair.source.isascii()
        assert not record.pair.target.isascii()


def test_a_run_packed_holds_its_tables_as_csv_and_parquet_and_no_sums(tmp_path: Path) -> None:
    run = Run.open(store.SHIPPED / "examples-en")
    with ZipFile(BytesIO(zipped(run))) as packed:
        names = {name.split("/", 1)[1] for name in packed.namelist()}
        heads = pd.read_csv(packed.open(f"{run.id}/heads.csv"), keep_default_na=False)
        manifest = json.loads(packed.read(f"{run.id}/manifest.json"))
    assert {"manifest.json", "about.json", "heads.csv", "heads.parquet", "pairs.csv", "skipped.csv"} <= names
    assert len(heads) == len(run.heads)
    assert manifest["id"] == run.id
