"""Which word feeds which: against plain loops over what transformers returns, and over sets of gold links."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from loaded import loaded
from written import gold_pairs

import mhattn_core as mh
from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weightings, alignment_weights
from mhattn_core.attention.embeddings import word_similarity
from mhattn_core.experiments.alignment.align import align
from mhattn_core.experiments.alignment.report import report
from mhattn_core.experiments.alignment.shipped import shipped_alignment
from mhattn_core.measures.alignment.aligned import MEAN, Aligned, Gold, LinkReading
from mhattn_core.measures.alignment.held_out import best_combined, best_head
from mhattn_core.measures.alignment.measures import links
from mhattn_core.measures.alignment.tables import alignment_table, baseline_row
from mhattn_core.models.catalogue import entries
from mhattn_core.text.gallery import gallery
from mhattn_core.text.pharaoh import parse
from mhattn_core.text.reading import PairRecord, read_gold, read_parallel

DATA = Path(os.environ.get("MHATTN_DATA", Path(__file__).parents[3] / "shared/data"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the gold sets are not part of the project; MHATTN_DATA names their folder"
)
PAIR = mh.SentencePair(
    "The cat is sleeping on the mat.",
    "我家的一只猫在垫子上睡觉。",
    target_words=("我家", "的", "一只", "猫", "在", "垫子", "上", "睡觉", "。"),
)


@pytest.fixture(scope="module")
def translator() -> mh.Model:
    return loaded("marian-en-zh")


def pieces_of(seen: mh.AttentionResult, words: tuple[str, ...], tokens: tuple[str, ...]) -> list[list[int]]:
    """Which tokens spell which word, by walking along the letters."""
    letters = [
        (number, letter)
        for number, token in enumerate(tokens)
        for letter in token.strip("·▁")
        if not token.startswith("<")
    ]
    taken = 0
    spelled = []
    for word in words:
        part = letters[taken : taken + len(word)]
        assert "".join(letter for _number, letter in part) == word
        spelled.append(sorted({number for number, _letter in part}))
        taken += len(word)
    return spelled


def plain_patterns(model: mh.Model, seen: mh.AttentionResult) -> np.ndarray:
    """Cross-attention as plain transformers returns it, from a network of its own."""
    eager = type(model.network).from_pretrained(
        entries()[model.name].path(), attn_implementation="eager", dtype=torch.float32
    )
    with torch.no_grad():
        found = eager(**seen.inputs, output_attentions=True).cross_attentions
    return np.stack([layer[0].numpy() for layer in found])


@pytest.mark.parametrize(("rows", "step_back"), [("awi", 0), ("awo", 1)])
def test_cross_attention_equals_a_plain_loop(translator: mh.Model, rows: str, step_back: int) -> None:
    seen = mh.attend(translator, PAIR)
    ours = alignment_weights(seen, rows)
    pattern = plain_patterns(translator, seen)
    queries, keys = seen.tokens("cross")
    targets, sources = pieces_of(seen, ours.targets, queries), pieces_of(seen, ours.sources, keys)
    assert any(len(pieces) > 1 for pieces in [*targets, *sources])
    for t, target in enumerate(targets):
        steps = [step - step_back for step in target]
        for s, source in enumerate(sources):
            expected = pattern[:, :, steps][..., source].sum(axis=-1).mean(axis=-1)
            np.testing.assert_allclose(ours.weights[:, :, t, s], expected, atol=1e-5)
        np.testing.assert_allclose(ours.no_link[:, :, t], pattern[:, :, steps, len(keys) - 1].mean(axis=-1), atol=1e-5)


def test_norms_equal_each_value_through_its_rows_of_the_projection(translator: mh.Model) -> None:
    seen = mh.attend(translator, PAIR)
    norms = seen.value_norms("cross")
    network = translator.network
    with torch.no_grad():
        source = network.get_encoder()(
            input_ids=seen.inputs["input_ids"], attention_mask=seen.inputs["attention_mask"]
        ).last_hidden_state[0]
        for layer, decoder_layer in enumerate(network.get_decoder().layers):
            attention = decoder_layer.encoder_attn
            values = attention.v_proj(source)
            for head in range(8):
                mine = slice(head * 32, head * 32 + 32)
                through = values[:, mine] @ attention.out_proj.weight[:, mine].T
                np.testing.assert_allclose(norms[layer, head], through.norm(dim=-1).numpy(), rtol=1e-4)
    weighted = alignment_weights(seen, "awi", "norm")
    plain = alignment_weights(seen, "awi")
    queries, keys = seen.tokens("cross")
    one_piece = next(s for s, pieces in enumerate(pieces_of(seen, plain.sources, keys)) if len(pieces) == 1)
    (place,) = pieces_of(seen, plain.sources, keys)[one_piece]
    np.testing.assert_allclose(
        weighted.weights[..., one_piece], plain.weights[..., one_piece] * norms[:, :, None, place], atol=1e-5
    )
    assert len(queries) != len(keys)


def test_an_encoder_has_both_blocks(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("A child is playing.", "The girl plays football outside."))
    grid = seen.words("encoder")
    b_to_a, a_to_b = (alignment_weights(seen, rows) for rows in ("b_to_a", "a_to_b"))
    assert b_to_a.weights.shape == a_to_b.weights.shape == (6, 12, 6, 5)
    np.testing.assert_array_equal(b_to_a.weights[2, 3], grid.pattern[2, 3, 5:, :5])
    np.testing.assert_array_equal(a_to_b.weights[2, 3], grid.pattern[2, 3, :5, 5:].T)
    assert (links(b_to_a).sum(axis=-1) == 1).all()
    assert (links(a_to_b).sum(axis=-2) == 1).all()
    with pytest.raises(ValueError, match="awo"):
        alignment_weights(seen, "awo")


def test_a_causal_model_reads_a_from_b(smollm2: mh.Model) -> None:
    assert alignment_readings(smollm2) == (("decoder", "awi"), ("decoder", "awo"))
    assert alignment_weightings(smollm2) == ("pattern", "norm")
    seen = mh.attend(smollm2, mh.SentencePair("The dog sleeps.", "A cat"))
    awi, awo = alignment_weights(seen, "awi"), alignment_weights(seen, "awo")
    words, tokens = seen.words("decoder"), seen.tokens("decoder")[0]
    np.testing.assert_array_equal(awi.weights, words.block("b", "a"))
    # "A" is one token behind the line break, which predicts it.
    place = len(tokens) - 2
    sources = pieces_of(seen, awo.sources, tokens[: place - 1])
    expected = np.stack([seen.pattern("decoder")[:, :, place - 1, source].sum(axis=-1) for source in sources], axis=-1)
    np.testing.assert_allclose(awo.weights[:, :, 0], expected, atol=1e-6)


def test_embeddings_tie_equal_words(minilm: mh.Model) -> None:
    similarity = word_similarity(minilm, mh.SentencePair("The cat sleeps on the sofa", "My cat sleeps"))
    assert similarity.shape == (3, 6)
    assert similarity[1].argmax() == 1
    assert similarity[2].argmax() == 2
    assert np.abs(similarity).max() <= 1 + 1e-6


def record(source: str, target: str, alignment: str, line: int = 1) -> PairRecord:
    return PairRecord(
        str(line),
        mh.SentencePair(source, target, tuple(source.split()), tuple(target.split())),
        line,
        alignment=parse(alignment),
    )


def planted(pairs: int, *, right: bool) -> Aligned:
    """Twelve heads that choose at random; with ``right``, head 1 of layer 2 is right nine times out of ten."""
    random = np.random.default_rng(7)
    gold, found = [], []
    for _pair in range(pairs):
        partners = random.permutation(7)[:5]
        sure = partners[:, None] == np.arange(7)
        choices = random.integers(0, 7, size=(3, 5, 5))
        if right:
            choices[2, 1] = np.where(random.random(5) < 0.9, partners, choices[2, 1])
        gold.append(Gold(sure, sure))
        found.append(choices.astype(np.int16))
    return Aligned(
        "made",
        "",
        tuple(f"pair {number}" for number in range(pairs)),
        tuple(gold),
        {LinkReading("cross", "awi", "pattern"): found},
        pd.DataFrame(),
    )


def test_a_planted_head_is_found_and_chance_is_not() -> None:
    found = best_head(planted(120, right=True))
    assert found.chosen == ((LinkReading("cross", "awi", "pattern"), 2, 1),)
    assert found.wins == 1
    assert found.aer == pytest.approx(0.09, abs=0.03)
    assert found.gain_low > 0.5
    chance = best_head(planted(120, right=False))
    assert chance.gain_low < 0


def test_two_directions_are_combined_on_what_neither_was_chosen_on(translator: mh.Model) -> None:
    records = [
        record("I love you", "我 爱 你", "0-0 1-1 2-2", 1),
        record("He sleeps", "他 睡觉", "0-0 1-1", 2),
        record("My father bought a new car", "我 的 父亲 买 了 一辆 新车", "0-0 0p1 1-2 2-3 3-5 4-6 5-6", 3),
        record("Water is life", "水 是 生命", "0-0 1-1 2-2", 4),
    ]
    forward = align(translator, records)
    backward = align(loaded("marian-zh-en"), records, turned=True)
    reading = LinkReading("cross", "awo", "pattern")
    assert forward.links(reading, 2, 1, 3).shape == backward.links(reading, 2, 1, 3).shape == (7, 6)
    # Target words choose in the one, source words in the other.
    assert (forward.links(reading, 2, 1, 3).sum(axis=1) <= 1).all()
    assert (backward.links(reading, 2, 1, 3).sum(axis=0) <= 1).all()
    assert [row.choice for row in best_combined(forward, backward)] == ["intersection", "union", "grow-diag-final-and"]
    with pytest.raises(mh.Problem, match="different pairs"):
        best_combined(forward, align(translator, records[:2], turned=True))


def test_pairs_that_cannot_be_read_are_told(translator: mh.Model) -> None:
    good = record("He sleeps", "他 睡觉", "0-0 1-1", 3)
    no_links = PairRecord("x", mh.SentencePair("He sleeps", "他睡觉"), 5)
    outside = PairRecord("y", mh.SentencePair("He sleeps", "他 睡觉"), 8, alignment=parse("0-0 1-4"))
    aligned = align(translator, [no_links, good, outside])
    assert aligned.skipped["line"].tolist() == [5, 8]
    assert len(aligned.gold) == 1
    with pytest.raises(mh.Problem, match="none of the 1 pairs"):
        align(translator, [no_links])


def test_a_reference_aligner_is_measured_on_the_pairs_that_were_aligned(minilm: mh.Model) -> None:
    good = record("He sleeps", "The man sleeps", "0-1 1-2", 3)
    table, skipped = report(
        minilm, [PairRecord("x", mh.SentencePair("He sleeps", "She runs"), 5), good], reference=minilm
    )
    assert skipped["line"].tolist() == [5]
    assert (table["n"] == 1).all()
    assert table[table["stack"] == "embeddings"]["model"].tolist() == ["minilm"]


def test_the_mean_of_a_layer_stands_behind_its_heads(translator: mh.Model) -> None:
    pair = gallery()["library"]
    aligned = align(translator, [PairRecord("1", pair.pair, 1, alignment=pair.alignment)])
    table = alignment_table(aligned)
    assert len(table) == 4 * 3 * 9
    assert sorted(table["head"].unique()) == [MEAN, *range(8)]
    weights = alignment_weights(mh.attend(translator, pair.pair), "awi")
    mean = weights.weights[1].mean(axis=0)
    chosen = np.where(mean.max(axis=1) > weights.no_link[1].mean(axis=0), mean.argmax(axis=1), -1)
    np.testing.assert_array_equal(aligned.found[LinkReading("cross", "awi", "pattern")][0][1, 8], chosen)


def error_by_loop(found: list[set[tuple[int, int]]], records: list[PairRecord]) -> float:
    right = made = sure = 0
    for ties, each in zip(found, records, strict=True):
        assert each.alignment is not None
        right += len(ties & each.alignment.sure) + len(ties & each.alignment.possible)
        made += len(ties)
        sure += len(each.alignment.sure)
    return 1 - right / (made + sure)


TEXTS = [
    ("LAuberge", "TheInn"),
    ("ChatBotte", "MasterCat"),
    ("LaVision", "TheVision"),
    ("LaBarbeBleue", "BlueBeard"),
    ("LaDerniereClasse", "TheLastLesson"),
]


@needs_data
def test_alibis_error_rates_equal_a_plain_loop(minilm: mh.Model) -> None:
    folder = DATA / "alibi-fr-en"
    records = [
        each
        for french, english in TEXTS
        for each in read_parallel(
            folder / f"{french}_sents.txt", folder / f"{english}_sents.txt", folder / f"ali_w2w_{french}_{english}.txt"
        ).pairs
    ]
    assert len(records) == 522
    short = [each for each in records if len(each.pair.a.words) < 30][:40]
    aligned = align(minilm, short)
    table = alignment_table(aligned).set_index(["layer", "head", "rows", "weight"])["aer"]
    for layer, head in [(0, 0), (1, 7), (3, 2), (5, 11)]:
        found = []
        for each in short:
            grid = mh.attend(minilm, each.pair).words("encoder").pattern[layer, head]
            sources = len(each.pair.a.words)
            ties = {
                (int(np.nan_to_num(row[:sources]).argmax()), t)
                for t, row in enumerate(grid[sources:])
                if not np.isnan(row).any()
            }
            found.append(ties)
        assert table[layer, head, "b_to_a", "pattern"] == pytest.approx(error_by_loop(found, short), abs=1e-9)
    diagonal = [
        {(int((t + 0.5) / len(each.pair.b.words) * len(each.pair.a.words)), t) for t in range(len(each.pair.b.words))}
        for each in short
    ]
    assert baseline_row(aligned)["aer"].item() == pytest.approx(error_by_loop(diagonal, short), abs=1e-9)


def test_error_rates_on_written_pairs_equal_a_plain_loop(translator: mh.Model) -> None:
    records = gold_pairs()
    aligned = align(translator, records)
    assert aligned.skipped.empty
    table = alignment_table(aligned).set_index(["layer", "head", "rows", "weight"])["aer"]
    each = [alignment_weights(mh.attend(translator, record.pair), "awi") for record in records]
    for layer, head in [(0, 0), (0, 5), (1, 7), (2, 3)]:
        ties = [
            {
                (int(row.argmax()), target)
                for target, row in enumerate(one.weights[layer, head])
                if row.max() > one.no_link[layer, head, target]
            }
            for one in each
        ]
        assert table[layer, head, "awi", "pattern"] == pytest.approx(error_by_loop(ties, records), abs=1e-9)
    diagonal = [
        {(int((t + 0.5) / len(one.pair.b.words) * len(one.pair.a.words)), t) for t in range(len(one.pair.b.words))}
        for one in records
    ]
    assert baseline_row(aligned)["aer"].item() == pytest.approx(error_by_loop(diagonal, records), abs=1e-9)


@needs_data
def test_denero_and_what_ships(translator: mh.Model) -> None:
    folder = DATA / "denero-zh-en"
    gold = read_gold([folder / "train.zh", folder / "train.en"], folder / "train.align")
    table, skipped = report(translator, gold.pairs, turned=True)
    assert skipped.empty
    diagonal = table[table["model"] == "diagonal"].iloc[0]
    assert diagonal["aer"] == pytest.approx(0.794, abs=5e-4)
    best = table[table["choice"] == "head"].iloc[0]
    assert (best["layer"], best["head"], best["rows"]) == (0, 5, "awi")
    assert best["gain_low"] > 0
    shipped = shipped_alignment("marian-en-zh")
    assert shipped is not None
    theirs = shipped[shipped["choice"] == "head"].iloc[0]
    assert best["aer"] == pytest.approx(theirs["aer"], abs=2e-3)


def test_both_translators_ship_with_their_errors_and_other_models_with_none() -> None:
    for name in ("marian-en-zh", "marian-zh-en"):
        table = shipped_alignment(name)
        assert table is not None
        heads = table[(table["choice"] == "") & (table["head"] >= 0)]
        assert len(heads) == 4 * 24
        assert heads["aer"].between(0, 1).all()
        assert set(table["choice"]) == {"", "head", "intersection", "union", "grow-diag-final-and"}
    assert shipped_alignment("minilm") is None
    assert shipped_alignment("no-such-model") is None
