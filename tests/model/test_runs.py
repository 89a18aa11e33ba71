"""Runs against one-by-one transformers and NumPy, and against other batch sizes, halves and other owners."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import torch
from loaded import loaded
from run_pairs import PAIRS, same
from transformers import BertModel

import mhattn_core as mh
from mhattn_core.attention.batches import batches, collate, feed_all
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.attention.stream import watch_words
from mhattn_core.attention.word_layer import piece_spans, word_spans
from mhattn_core.runs.analyze import analyze
from mhattn_core.runs.corpus import consecutive
from mhattn_core.runs.merge import merge
from mhattn_core.runs.progress import Cancelled, Progress
from mhattn_core.runs.run import Run
from mhattn_core.text.reading import read_pairs

DATA = Path(os.environ.get("MHATTN_DATA", Path(__file__).parents[3] / "shared/data"))
EWT = DATA / "ud-english-ewt-dev" / "en_ewt-ud-dev.conllu"


@pytest.fixture(scope="module")
def run(minilm: mh.Model, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return analyze([minilm], PAIRS, out=tmp_path_factory.mktemp("run") / "one")


@pytest.mark.parametrize("name", ["minilm", "marian-zh-en", "smollm2"])
def test_many_pairs_are_fed_as_each_one(name: str) -> None:
    model = loaded(name)
    pairs = [record.pair for record in PAIRS[:9]] + [mh.SentencePair("虽然下雨", "它 睡 了")]
    pairs = [pair for pair in pairs if pair.b or "cross" not in model.stacks]
    rows, problems = feed_all(model, pairs)
    assert not problems
    for row, pair in zip(rows, pairs, strict=True):
        fed = prepare_inputs(model, pair)
        assert row.inputs == {key: tensor[0].tolist() for key, tensor in fed.inputs.items()}
        for stack in model.stacks:
            np.testing.assert_array_equal(row.queries[stack], piece_spans(fed.queries[stack]))
            np.testing.assert_array_equal(row.keys[stack], piece_spans(fed.keys[stack]))
        np.testing.assert_array_equal(row.words, word_spans(fed.sentences))


@pytest.mark.parametrize("name", ["minilm", "marian-en-zh"])
def test_a_batch_equals_the_word_grid_of_each_of_its_pairs(name: str) -> None:
    model = loaded(name)
    pairs = [record.pair for record in PAIRS if record.pair.b][:6]
    rows, _problems = feed_all(model, pairs)
    seen = [mh.attend(model, pair) for pair in pairs]
    layers = []
    watch_words(model, collate(model, rows), layers.append)
    for place, pair in enumerate(seen):
        grids = {stack: pair.words(stack) for stack in model.stacks}
        for layer in layers:
            grid = grids[layer.axes.stack]
            queries, keys = len(grid.queries), len(grid.keys)
            np.testing.assert_allclose(layer.pattern[place, :, :queries, :keys], grid.pattern[layer.layer], atol=2e-6)
            np.testing.assert_allclose(
                layer.special_mass[place, :, :queries], grid.special_mass[layer.layer], atol=2e-6
            )


def test_batches_hold_every_row_once_and_keep_their_bound(minilm: mh.Model) -> None:
    rows, _problems = feed_all(minilm, [record.pair for record in PAIRS])
    found = list(batches(minilm, rows, tokens=64))
    assert sorted(row.number for batch in found for row in batch) == list(range(len(PAIRS)))
    assert all(len(batch) == 1 or len(batch) * max(row.tokens for row in batch) <= 64 for batch in found)


def plain_values(model: mh.Model, pairs: list[mh.SentencePair]) -> dict[str, np.ndarray]:
    """Totals over rows, and their number, of what NumPy makes of ``output_attentions``; ``[measure] → [layer,
    head]``.
    """
    eager = BertModel.from_pretrained(model.network.config._name_or_path, attn_implementation="eager").eval()
    sums: dict[str, np.ndarray] = {}

    def count(name: str, rows: np.ndarray) -> None:
        sums[name] = sums.get(name, 0) + np.stack([rows.sum(axis=-1), np.full(rows.shape[:-1], rows.shape[-1])])

    for pair in pairs:
        texts = (pair.a.text, pair.b.text) if pair.b.text else (pair.a.text,)
        encoded = model.tokenizer(*texts, return_tensors="pt", return_offsets_mapping=True)
        sides, offsets = encoded.sequence_ids(0), encoded.pop("offset_mapping")[0].tolist()
        with torch.no_grad():
            attentions = eager(**encoded, output_attentions=True).attentions
        tokens = np.stack([layer[0].numpy() for layer in attentions])
        words = [(0, word) for word in pair.a.words] + [(1, word) for word in pair.b.words]
        shares = np.array(
            [
                [
                    len(set(range(*offset)) & set(range(word.start, word.end))) * (sides[t] == side)
                    for side, word in words
                ]
                for t, offset in enumerate(offsets)
            ],
            dtype=float,
        )
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
        assert (shares.sum(axis=0) > 0).all()
        means = (shares / shares.sum(axis=0)).T
        grid = means @ (tokens @ shares)
        side = np.array([side for side, _word in words])
        count("entropy", scipy.stats.entropy(grid, axis=-1))
        count("entropy.tokens", scipy.stats.entropy(tokens, axis=-1))
        count("confidence", grid.max(axis=-1))
        count("special_mass", 1 - grid.sum(axis=-1))
        count("previous", np.diagonal(grid, -1, 2, 3))
        count("next", np.diagonal(grid, 1, 2, 3))
        count("self", np.diagonal(grid, 0, 2, 3))
        count("sink.first", tokens[..., 0] @ means.T)
        if len(words) > 1:
            count("entropy.normalised", scipy.stats.entropy(grid, axis=-1) / np.log(len(words)))
        if side.any():
            count("block.a_to_b", grid[:, :, side == 0][..., side == 1].sum(axis=-1))
            count("block.b_to_a", grid[:, :, side == 1][..., side == 0].sum(axis=-1))
            count(
                "cross_sentence",
                np.where(side == 0, grid[..., side == 1].sum(axis=-1), grid[..., side == 0].sum(axis=-1)),
            )
        gaps = abs(np.subtract.outer(np.arange(len(words)), np.arange(len(words))))
        sums["distance"] = sums.get("distance", 0) + np.stack([(grid * gaps).sum(axis=(2, 3)), grid.sum(axis=(2, 3))])
    return {name: total / number for name, (total, number) in sums.items()}


def assert_equals_plain(run: Run, model: mh.Model, pairs: list[mh.SentencePair]) -> None:
    heads = run.heads[run.heads["group"] == ""]
    for measure, expected in plain_values(model, pairs).items():
        rows = heads[heads["measure"] == measure].pivot(index="layer", columns="head", values="value")
        np.testing.assert_allclose(rows.to_numpy(), expected, atol=1e-5, rtol=1e-5, err_msg=measure)


def test_a_run_equals_plain_transformers_and_numpy(run: Run, minilm: mh.Model) -> None:
    assert_equals_plain(run, minilm, [record.pair for record in PAIRS])


@pytest.mark.skipif(not EWT.is_file(), reason="third-party data is not here; MHATTN_DATA names its folder")
def test_ewt_equals_plain_transformers_and_numpy(minilm: mh.Model, tmp_path: Path) -> None:
    records = consecutive(read_pairs(EWT).pairs)[:50]
    run = analyze([minilm], records, out=tmp_path / "ewt")
    assert run.skipped.empty
    assert_equals_plain(run, minilm, [record.pair for record in records])


def test_other_batch_sizes_and_another_order_give_the_same_numbers(run: Run, minilm: mh.Model, tmp_path: Path) -> None:
    other = analyze([minilm], PAIRS[::-1], out=tmp_path / "other", tokens=48)
    same(run.heads, other.heads, 1e-5)
    assert other.id != run.id


def test_two_halves_merged_are_the_whole(run: Run, minilm: mh.Model, tmp_path: Path) -> None:
    halves = [analyze([minilm], part, out=tmp_path / name) for name, part in (("a", PAIRS[:17]), ("b", PAIRS[17:]))]
    merged = merge(*halves, out=tmp_path / "merged")
    same(run.heads, merged.heads, 1e-5)
    pd.testing.assert_frame_equal(run.pairs, merged.pairs)
    with pytest.raises(mh.Problem, match="same pairs"):
        merge(halves[0], halves[0], out=tmp_path / "twice")


def test_groups_are_runs_of_their_own(run: Run, minilm: mh.Model, tmp_path: Path) -> None:
    long = analyze([minilm], [record for record in PAIRS if record.group == "long"], out=tmp_path / "long")
    same(run.heads[run.heads["group"] == "long"], long.heads[long.heads["group"] == "long"], 1e-5)


def test_intervals_hold_the_value_and_come_from_documents(run: Run, apart: Run) -> None:
    assert run.heads[["low", "high"]].isna().all(axis=None)  # from few documents there are none
    assert (run.units, run.by_document) == (run.pairs["document"].nunique(), True)
    np.testing.assert_array_equal(run.heads["value"], apart.heads["value"])
    heads = apart.heads
    all_pairs = heads["group"] == ""
    assert heads[["low", "high"]].notna().all(axis=1).tolist() == all_pairs.tolist()
    heads = heads[all_pairs]
    assert ((heads["low"] <= heads["value"]) & (heads["value"] <= heads["high"])).mean() > 0.99


@pytest.fixture(scope="module")
def apart(minilm: mh.Model, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Of the same pairs, each a document of its own."""
    pairs = [replace(record, document=record.id) for record in PAIRS]
    return analyze([minilm], pairs, out=tmp_path_factory.mktemp("apart") / "run")


def test_the_tables_of_a_run(run: Run) -> None:
    assert run.pairs["id"].tolist() == [record.id for record in PAIRS]
    assert run.pairs["source"].tolist() == [record.pair.source for record in PAIRS]
    assert (run.pairs.groupby("document")["fold"].nunique() == 1).all()
    assert (run.pairs["label"] == "x").all()
    counts = run.heads.groupby("group")["n"].max()
    assert counts.to_dict() == {"": 40, **run.pairs["group"].value_counts().to_dict()}


def test_differences_are_paired(minilm: mh.Model, tmp_path: Path) -> None:
    pairs = [replace(record, document=record.id) for record in PAIRS]
    run = analyze([minilm, "minilm@random"], pairs, out=tmp_path / "two", device="cpu")
    table = run.difference("minilm@random", "minilm")
    assert len(table) == len(run.heads) / 2
    known = table[table["group"] == ""]
    assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).mean() > 0.99
    nothing = run.difference("minilm", "minilm")
    assert (nothing["value"] == 0).all()
    # Forty documents that are all alike exclude no difference of up to 8.8 points of a share.
    shares = nothing[(nothing["group"] == "") & (nothing["measure"] == "confidence")]
    assert shares["high"].to_numpy() == pytest.approx(1 - 0.025 ** (1 / 40))
    assert shares["low"].to_numpy() == pytest.approx(-(1 - 0.025 ** (1 / 40)))
    with pytest.raises(mh.Problem, match="no model"):
        run.difference("minilm", "bert")


def test_another_corpus_or_model_in_the_same_folder_is_refused(run: Run, minilm: mh.Model) -> None:
    with pytest.raises(mh.Problem, match="differs: the pairs"):
        analyze([minilm], PAIRS[:5], out=run.folder)
    with pytest.raises(mh.Problem, match="differs: the models"):
        analyze(["minilm@random"], PAIRS, out=run.folder)
    assert analyze([minilm], PAIRS, out=run.folder).id == run.id


def test_cancelling_leaves_a_run_that_resumes(
    run: Run, minilm: mh.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mhattn_core.runs.where.CHUNK", 8)
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        analyze([minilm], PAIRS, out=tmp_path / "run", progress=seen.append, cancel=lambda: seen[-1].done > 20)
    with pytest.raises(mh.Problem, match="not finished"):
        Run.open(tmp_path / "run")
    before = len(seen)
    resumed = analyze([minilm], PAIRS, out=tmp_path / "run", progress=seen.append)
    assert seen[before].done == 16
    assert seen[-1].done == seen[-1].total == 40
    same(run.heads, resumed.heads, 1e-5)
