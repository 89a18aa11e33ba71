"""Documents and summaries as a study of a run: known attention, long texts, what is left out, and what ships."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from cases import family_named, model_of
from scipy.special import softmax
from tiny import put_translator
from torch import Tensor, nn
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.attention.segments import SegmentWeights, segment_weights
from mhattn_core.cli import command
from mhattn_core.measures.segments import agreement, lift, likest, of_units, rouge
from mhattn_core.runs.progress import Cancelled
from mhattn_core.runs.run import SHIPPED, Run
from mhattn_core.runs.studies import segments
from mhattn_core.runs.summaries import agreement_elsewhere, stored_weights
from mhattn_core.text.documents import documents, place_of, read_document, sentences_of
from mhattn_core.text.reading import PairRecord

TABLES = ("segments", "segment_heads", "segment_items", "segment_documents", "segment_weights")
TO_KEEP = 4e-3
"""A weight that is kept is right to 0.4 %."""


def pair(id_: str, source: str, target: str, line: int = 1) -> PairRecord:
    return PairRecord(id_, mh.SentencePair(source, target), line)


# Sentences of the summaries are likest to the last and the first; to the middle; the last.
RECORDS = [
    pair(
        "cat",
        "A child is playing football.\n\nIt was tired.\n\nThe cat sits on the mat",
        "The cat sits. A child is playing.",
    ),
    pair("rain", "The rain fell\n\nand the sun came out again", "Then the rain fell."),
    pair("mat", "It was very tired and slept.\n\nLong the mat lay there on the floor", "The mat lay there."),
]
LIKEST = {"cat": [2, 0], "rain": [0], "mat": [1]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_translator(tmp_path_factory.mktemp("bart"), "bart")


@pytest.fixture(scope="module")
def translator(folder: Path) -> mh.Model:
    return mh.load(str(folder), device="cpu")


@pytest.fixture(scope="module")
def causal() -> mh.Model:
    return model_of(family_named("llama"))


class ByPlace(nn.Module):
    """Queries of ones, or keys by their place: the first head's grow, the second's fall, the others' are all alike."""

    def __init__(self, slopes: tuple[float, ...]) -> None:
        super().__init__()
        self.slopes = slopes

    def forward(self, shown: Tensor) -> Tensor:
        made = torch.zeros_like(shown)
        size = shown.shape[-1] // len(self.slopes)
        for head, slope in enumerate(self.slopes):
            made[..., head * size] = slope * torch.arange(shown.shape[1]) * size**0.5 if slope else 1.0
        return made


@contextmanager
def known_attention(model: mh.Model) -> Iterator[None]:
    """Scores by place in the text: 0.05 of a place up in head 0, down in head 1, none in the others."""
    layers = [layer.encoder_attn for layer in model.network.base_model.decoder.layers]
    own = [(layer.q_proj, layer.k_proj) for layer in layers]
    for layer in layers:
        layer.q_proj, layer.k_proj = ByPlace((0.0, 0.0, 0.0, 0.0)), ByPlace((0.05, -0.05, 0.0, 0.0))
    try:
        yield
    finally:
        for layer, (query, key) in zip(layers, own, strict=True):
            layer.q_proj, layer.k_proj = query, key


def expected(model: mh.Model, record: PairRecord) -> np.ndarray:
    """``[head, segment]`` of heads 0, 1 and of one that looks everywhere alike, each word's row being the same."""
    document = read_document(record.pair.source)
    grid = mh.attend(model, mh.SentencePair("\n".join(document.segments), record.pair.target)).words("cross")
    shares = grid.key_axis.shares  # [token, word]
    places = np.arange(len(shares))
    tokens = np.stack([softmax(0.05 * places), softmax(-0.05 * places), np.full(len(places), 1 / len(places))])
    ends = np.cumsum([0, *document.words])
    return np.stack([(tokens @ shares)[:, start:end].sum(axis=1) for start, end in pairwise(ends)], axis=1)


def test_a_model_whose_attention_is_known_gives_the_expected_tables(translator: mh.Model, tmp_path: Path) -> None:
    wanted = {record.id: expected(translator, record) for record in RECORDS}
    with known_attention(translator):
        run = mh.analyze([translator], RECORDS, out=tmp_path / "run", measures=("segments",))
    agreed, units = np.zeros(3), 0
    for record in RECORDS:
        found = stored_weights(run, translator.name, record.id)
        assert found
        assert found.weights.shape == (2, 4, len(record.pair.b.words), len(found.words))
        for head, row in ((0, 0), (1, 1), (2, 2), (3, 2)):
            np.testing.assert_allclose(
                found.weights[:, head],
                np.broadcast_to(wanted[record.id][row], found.weights[:, head].shape),
                rtol=TO_KEEP,
            )
        lifts = lift(wanted[record.id], found.words)
        for right in LIKEST[record.id]:
            agreed += lifts.argmax(axis=1) == right
            units += 1
    items = run.table("segment_items")
    assert {id_: rows["likest"].tolist() for id_, rows in items.groupby("id")} == LIKEST
    table = run.segments[run.segments["measure"] == "agreement"].pivot(index="layer", columns="head", values="value")
    assert units == 4
    np.testing.assert_allclose(table.to_numpy()[:, :3], [agreed / units] * 2)
    # Growing weights lift the last segment, falling ones the first.
    assert (agreed[0], agreed[1]) == (2, 2)
    lead = run.segments[run.segments["measure"] == "agreement.lead"]
    assert set(lead["value"]) == {0.5}
    assert set(run.segments["n"]) == {3}


def test_what_is_kept_is_what_the_model_gives(causal: mh.Model, tmp_path: Path) -> None:
    run = mh.analyze([causal], RECORDS, out=tmp_path / "run", measures=("segments",))
    for record in RECORDS:
        kept = stored_weights(run, causal.name, record.id)
        live = segment_weights(causal, read_document(record.pair.source), record.pair.b)
        assert kept
        assert (kept.stack, kept.words.tolist(), kept.windows) == (live.stack, live.words.tolist(), live.windows)
        np.testing.assert_allclose(kept.weights, live.weights, rtol=TO_KEEP)
        np.testing.assert_allclose(kept.own, live.own, rtol=TO_KEEP)
        cells = run.table("segment_weights", id=record.id)
        assert cells["own"].sum() == pytest.approx(kept.own.sum(), rel=1e-4)  # once for each word
    assert stored_weights(run, causal.name, "nobody") is None
    assert stored_weights(run, "nobody", "cat") is None
    assert "the first segment 50%" in mh.finding(run, "segments").text


def agreement_live(model: mh.Model, record: PairRecord) -> tuple[np.ndarray, int]:
    """``[layer, head]`` and the number of sentences."""
    document, summary = read_document(record.pair.source), record.pair.b
    found = segment_weights(model, document, summary)
    parts = sentences_of(summary.text)
    right = likest(rouge(parts, document.segments))
    return agreement(lift(of_units(found.weights, place_of(summary, parts)), found.words), right), len(parts)


def test_agreement_elsewhere_leaves_this_document_out(causal: mh.Model, tmp_path: Path) -> None:
    run = mh.analyze([causal], RECORDS, out=tmp_path / "run", measures=("segments",))
    live = {record.id: agreement_live(causal, record) for record in RECORDS}
    for left_out in live:
        others = [value for id_, value in live.items() if id_ != left_out]
        units = sum(count for _found, count in others)
        wanted = sum(found * count for found, count in others) / units
        table = agreement_elsewhere(run, causal.name, left_out)
        assert set(table["units"]) == {units}
        assert table["agreement"].is_monotonic_decreasing
        back = table.pivot(index="layer", columns="head", values="agreement").to_numpy()
        np.testing.assert_allclose(back, wanted)
    best = agreement_elsewhere(run, causal.name, "cat").iloc[0]
    assert best["agreement"] == agreement_elsewhere(run, causal.name, "cat")["agreement"].max()
    alone = mh.analyze([causal], RECORDS[:1], out=tmp_path / "alone", measures=("segments",))
    assert agreement_elsewhere(alone, causal.name, "cat").empty


def test_what_cannot_be_measured_is_told_and_an_encoder_has_empty_tables(
    causal: mh.Model, minilm: mh.Model, tmp_path: Path
) -> None:
    records = [
        *RECORDS,
        pair("bare", "One.\n\nTwo.", ""),
        pair("short", "A single paragraph.", "One."),
        pair("long", "One.\n\nTwo.", "very " * 60),
    ]
    run = mh.analyze([minilm, causal], records, out=tmp_path / "run", measures=("segments",))
    assert all(set(run.table(name)["model"]) == {causal.name} for name in TABLES)
    reasons = run.table("segment_documents").set_index("id")["reason"]
    assert reasons[["cat", "rain", "mat"]].tolist() == [""] * 3
    assert "no summary" in reasons["bare"]
    assert "single paragraph" in reasons["short"]
    assert "no room" in reasons["long"]
    assert set(run.segments["n"]) == {3}
    only = mh.analyze([minilm], records, out=tmp_path / "encoder", measures=("segments",))
    assert all(only.table(name).empty for name in TABLES)
    assert agreement_elsewhere(only, "minilm", "cat").empty
    none = mh.analyze([causal], records[3:], out=tmp_path / "none", measures=("segments",))
    assert len(none.table("segment_documents")) == 3
    assert stored_weights(none, causal.name, "bare") is None


def test_a_stopped_run_ends_as_if_it_had_not_been(causal: mh.Model, folder: Path, tmp_path: Path) -> None:
    names: list[str | mh.Model] = [str(folder), causal]
    whole = mh.analyze(names, RECORDS, out=tmp_path / "whole", measures=("segments",))
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) == 10  # in the second model's documents

    with pytest.raises(Cancelled):
        mh.analyze(names, RECORDS, out=tmp_path / "stopped", measures=("segments",), cancel=stop)
    assert (tmp_path / "stopped" / "parts" / "0-segments.parquet").exists()
    resumed = mh.analyze(names, RECORDS, out=tmp_path / "stopped", measures=("segments",))
    for name in TABLES:
        pd.testing.assert_frame_equal(resumed.table(name), whole.table(name))


def test_only_the_first_documents_are_drawn_and_none_that_is_too_large(
    causal: mh.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "MOST_DRAWN", 1)
    first = mh.analyze([causal], RECORDS, out=tmp_path / "first", measures=("segments",))
    assert set(first.table("segment_weights")["id"]) == {"cat"}
    monkeypatch.setattr(segments, "MOST_CELLS", 10)
    none = mh.analyze([causal], RECORDS, out=tmp_path / "none", measures=("segments",))
    assert none.table("segment_weights").empty
    assert len(none.table("segment_items")) == len(first.table("segment_items")) == 4


def test_a_document_of_8000_words_is_read_in_windows_with_seams(causal: mh.Model) -> None:
    paragraph = " ".join(["the cat sits on a mat and it was very tired and slept all day long"] * 5)
    text = "\n\n".join([paragraph] * 99 + [paragraph + " the" * 80])
    document = read_document(text)
    told: list[tuple[int, int]] = []
    found = segment_weights(
        causal, document, mh.SentencePair("", "the cat slept").b, tell=lambda done, of: told.append((done, of))
    )
    assert sum(found.words) == 8_080
    assert len(found.windows) > 100
    assert told == [(number + 1, len(found.windows)) for number in range(len(found.windows))]
    # Nothing is left out, and nothing is read twice.
    read = [(part.segment, word) for window in found.windows for part in window for word in range(part.start, part.end)]
    assert read == [(segment, word) for segment, words in enumerate(document.words) for word in range(words)]
    assert np.isfinite(found.weights).all()
    total = found.weights.sum(axis=-1) + found.own
    assert (total > 0).all()
    assert (total <= 1 + 1e-5).all()


def test_the_command_line_measures_documents(folder: Path, tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {"document": [record.pair.source for record in RECORDS], "summary": [record.pair.target for record in RECORDS]}
    )
    rows.to_csv(tmp_path / "docs.csv", index=False)
    asked = [
        "analyze",
        str(tmp_path / "docs.csv"),
        "--measures",
        "segments",
        "--model",
        str(folder),
        "--out",
        str(tmp_path / "run"),
        "--device",
        "cpu",
    ]
    done = CliRunner().invoke(command, asked)
    assert done.exit_code == 0, done.output
    run = Run.open(tmp_path / "run")
    assert len(run.segments[run.segments["measure"] == "agreement"]) == 8
    drawn = CliRunner().invoke(
        command, ["figure", str(tmp_path / "run"), "segments", "--out", str(tmp_path / "figure.svg")]
    )
    assert drawn.exit_code == 0, drawn.output
    assert f"run {run.id}" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


# What ships


@pytest.fixture(scope="module")
def shipped() -> Run:
    return Run.open(SHIPPED / "documents-en")


def test_the_shipped_run_holds_every_english_document(shipped: Run) -> None:
    assert shipped.models == ("smollm2", "smollm2@random", "smollm2@shuffled")
    for name, one in documents().items():
        for model in shipped.models:
            kept = stored_weights(shipped, model, name)
            assert (kept is not None) == (one.language == "en")
            if kept:
                assert kept.words.tolist() == one.document.words
                assert kept.weights.shape == (30, 9, len(one.summary.words), 5)
    assert sum(path.stat().st_size for path in shipped.folder.iterdir()) < 2_000_000


def test_smollm2_gives_what_ships_and_sums_over_segments_are_sums_over_words(shipped: Run, smollm2: mh.Model) -> None:
    one = documents()["garden"]
    live = segment_weights(smollm2, one.document, one.summary)
    kept = stored_weights(shipped, "smollm2", "garden")
    assert kept
    np.testing.assert_allclose(kept.weights, live.weights, rtol=TO_KEEP, atol=1e-5)
    np.testing.assert_allclose(kept.own, live.own, rtol=TO_KEEP, atol=1e-5)
    read = segment_weights(smollm2, one.document, one.summary, rows="awi")
    whole = mh.attend(smollm2, mh.SentencePair("\n".join(one.document.segments), one.summary.text)).words("decoder")
    words = whole.block("b", "a")
    ends = np.cumsum([0, *one.document.words])
    summed = np.stack([words[..., start:end].sum(axis=-1) for start, end in pairwise(ends)], axis=-1)
    np.testing.assert_allclose(read.weights, summed, atol=1e-5)


def test_a_kept_document_is_of_the_same_kind_as_a_live_one(shipped: Run) -> None:
    assert isinstance(stored_weights(shipped, "smollm2", "garden"), SegmentWeights)
