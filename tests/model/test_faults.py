"""Tables of faults of tiny networks, against sums taken one by one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from cases import family_named, model_of
from scipy.special import rel_entr
from torch.nn.functional import log_softmax
from transformers import AutoModelForSequenceClassification

import mhattn_core as mh
from mhattn_core.attention.ablated_batches import Variants
from mhattn_core.attention.ablation import kinds_of, switch_off
from mhattn_core.attention.minimal_pair_batches import choices
from mhattn_core.attention.objectives import tasks
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation import (
    Trials,
    ablate_each,
    clusters_of,
    clusters_off,
    each_off,
    fault_curves,
    gradient_importance,
    interaction_table,
    keep_one,
    pair_clusters,
    pair_curves,
    pair_interactions,
    pair_keep_one,
    pair_loss,
    quantities_of,
)
from mhattn_core.experiments.ablation.minimal_pairs import COLUMNS, minimal_pairs_table, readable
from mhattn_core.experiments.ablation.single_head import ablation_table
from mhattn_core.experiments.ablation.study import TABLES, ablation_tables
from mhattn_core.experiments.ablation.texts import AblationText, ablation_texts
from mhattn_core.heads import Head
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL, bootstrap_weights
from mhattn_core.runs.corpus import records_of
from mhattn_core.runs.studies.ablation import ABLATION
from mhattn_core.runs.studies.minimal_pairs import MINIMAL_PAIRS
from mhattn_core.runs.study import Corpus, StudyInput
from mhattn_core.text.minimal_pairs import MinimalPair, minimal_pairs
from mhattn_core.text.reading import PairRecord

PAIRS = [
    mh.SentencePair("the cat sits on a mat", "it was tired"),
    mh.SentencePair("it was very tired and slept all day long", "the cat slept"),
    mh.SentencePair("a long day", "it was long"),
]
SINGLE = [mh.SentencePair(pair.source) for pair in PAIRS]


@pytest.fixture(scope="module")
def llama() -> mh.Model:
    return model_of(family_named("llama"))


@pytest.fixture(scope="module")
def encoder() -> mh.Model:
    return replace(model_of(family_named("bert")), head=None)


def total(model: mh.Model, pair: mh.SentencePair, ablate: dict[tuple[str, int, int], str]) -> float:
    found = pair_loss(model, pair, ablate)  # type: ignore[arg-type]
    return found.value * found.n


def test_one_head_off_over_sentences(llama: mh.Model) -> None:
    """Loss per word over all sentences, not the mean of their means."""
    trials = Trials(llama, SINGLE)
    table = ablation_table(trials, each_off(trials, "zero"), "zero").set_index(["stack", "layer", "head"])
    words = sum(pair_loss(llama, pair).n for pair in SINGLE)
    assert words == 6 + 9 + 3
    for head in (("decoder", 0, 1), ("decoder", 2, 3)):
        row = table.loc[head]
        assert row["ablated"] == pytest.approx(
            sum(total(llama, pair, {head: "zero"}) for pair in SINGLE) / words, abs=1e-4
        )
        assert row["intact"] == pytest.approx(sum(total(llama, pair, {}) for pair in SINGLE) / words, abs=1e-4)
        assert row["delta"] == pytest.approx(row["ablated"] - row["intact"])
    part = ablation_table(trials, each_off(trials, "zero", heads := [Head("decoder", 2, 3)]), "zero", None, heads)
    pd.testing.assert_frame_equal(part.set_index(["stack", "layer", "head"]), table.loc[[("decoder", 2, 3)]])
    assert len(table) == 12
    assert set(table["n"]) == {3}
    assert (table["gradient_importance"] > 0).all()


def test_the_vectors_of_an_encoder(encoder: mh.Model) -> None:
    """Displacement of first sentences, and retrieval of the second among all second sentences as the intact model has
    them.
    """
    trials = Trials(encoder, PAIRS)
    assert quantities_of(encoder) == tuple(trials.counts) == ("displacement", "retrieval")
    np.testing.assert_allclose(trials.intact["displacement"], 0, atol=1e-9)
    head = ("encoder", 1, 2)
    found = trials.totals([{head: "zero"}])

    def vector(text: str, ablate: dict[tuple[str, int, int], str]) -> np.ndarray:
        (task,), _problems = tasks(encoder, [mh.SentencePair(text)])
        return Variants(encoder)(task, [ablate])[0, 0].double().numpy()  # type: ignore[list-item]

    bank = np.stack([vector(pair.target, {}) for pair in PAIRS])
    for place, pair in enumerate(PAIRS):
        off, intact = vector(pair.source, {head: "zero"}), vector(pair.source, {})
        assert found["displacement"][0, place] == pytest.approx(1 - off @ intact, abs=1e-5)
        assert found["displacement"][0, place] == pytest.approx(
            pair_loss(encoder, pair, {head: "zero"}).value, abs=1e-5
        )
        expected = -log_softmax(torch.tensor(20 * bank @ off), dim=0)[place]
        assert found["retrieval"][0, place] == pytest.approx(float(expected), abs=1e-4)
    alone = Trials(encoder, SINGLE)
    assert tuple(alone.counts) == ("displacement",)


def test_a_classifier_is_compared_with_itself() -> None:
    """KL from its classes with all heads to those without one; both sentences are read."""
    model = replace(model_of(replace(family_named("bert"), auto=AutoModelForSequenceClassification)), head="class")
    head = ("encoder", 1, 2)
    trials = Trials(model, PAIRS)
    assert quantities_of(model) == tuple(trials.counts) == ("divergence",)
    found = trials.totals([{head: "zero"}, {}])["divergence"]
    for place, pair in enumerate(PAIRS):
        inputs = mh.attend(model, pair).inputs
        with torch.no_grad():
            intact = model.network(**inputs).logits[0].softmax(-1)
            with model.attention.watching(lambda call: switch_off(call, {head: "zero"})):
                off = model.network(**inputs).logits[0].softmax(-1)
        assert found[0, place] == pytest.approx(float(rel_entr(intact.numpy(), off.numpy()).sum()), rel=1e-3, abs=1e-6)
    np.testing.assert_allclose(found[1], 0, atol=1e-9)
    assert (gradient_importance(model, PAIRS[0])["gradient_importance"] > 0).all()


def test_interactions_are_sums_of_deltas(llama: mh.Model) -> None:
    trials = Trials(llama, SINGLE)
    a, b, c = ("decoder", 0, 1), ("decoder", 0, 3), ("decoder", 2, 0)
    table = interaction_table(trials, [a, b, c], "zero")
    assert len(table) == 3
    words = trials.counts["loss"].sum()
    row = table.iloc[1]
    assert (row["layer_a"], row["head_a"], row["layer_b"], row["head_b"]) == (0, 1, 2, 0)
    intact, alone_a, alone_c, both = (
        sum(total(llama, pair, ablate) for pair in SINGLE) / words
        for ablate in ({}, {a: "zero"}, {c: "zero"}, {a: "zero", c: "zero"})
    )
    assert row["delta_both"] == pytest.approx(both - intact, abs=1e-4)
    assert row["interaction"] == pytest.approx(both - alone_a - alone_c + intact, abs=2e-4)
    assert table["low"].isna().all()


def test_a_backup_head_is_found() -> None:
    """Two heads of one key/value group made alike in every weight, each so loud that one is enough: only both together
    are missed.
    """
    model = model_of(family_named("llama"))
    layer = model.network.model.layers[2].self_attn
    with torch.no_grad():
        layer.q_proj.weight[8:16] = layer.q_proj.weight[:8]
        layer.o_proj.weight[:, 8:16] = layer.o_proj.weight[:, :8]
        layer.o_proj.weight[:, :16] *= 20
    trials = Trials(model, SINGLE)
    found = trials.totals(
        [
            {},
            {("decoder", 2, 0): "zero"},
            {("decoder", 2, 1): "zero"},
            {("decoder", 2, 0): "zero", ("decoder", 2, 1): "zero"},
        ]
    )["loss"]
    np.testing.assert_allclose(found[1], found[2], atol=1e-3)
    changes = np.abs(found[1:] - found[0]).sum(axis=1)
    assert changes[2] > 2 * (changes[0] + changes[1])
    table = interaction_table(trials, [("decoder", 2, 0), ("decoder", 2, 1)], "zero")
    assert np.sign(table["interaction"].iloc[0]) == np.sign(table["delta_both"].iloc[0])


def test_curves_begin_intact_and_end_without_heads(llama: mh.Model) -> None:
    trials = Trials(llama, SINGLE)
    heads = llama.attention.all_heads()
    told: list[tuple[int, int]] = []
    table = fault_curves(
        trials, heads, "zero", steps=4, draws=2, passes=lambda sentences, of: told.append((sentences, of))
    )
    assert table.groupby(["order", "draw"]).size().to_dict() == {
        ("importance", 0): 4,
        ("random", 0): 4,
        ("random", 1): 4,
    }
    assert sorted(set(table["removed"])) == [0, 4, 8, 12]
    words = trials.counts["loss"].sum()
    for removed, ablate in ((0, {}), (4, dict.fromkeys(heads[:4], "zero")), (12, dict.fromkeys(heads, "zero"))):
        own = table[(table["removed"] == removed) & (table["order"] == "importance")]["value"]
        expected = sum(total(llama, pair, ablate) for pair in SINGLE) / words
        assert own.iloc[0] == pytest.approx(expected, abs=1e-4)
    assert table[table["removed"] == 12]["value"].nunique() == 1
    # None, all, and two points of three orders, each over three sentences.
    assert sum(sentences for sentences, _of in told) == (2 + 2 * 3) * 3
    assert {of for _sentences, of in told} == {(2 + 2 * 3) * 3}


def test_one_head_of_a_layer_and_a_group(llama: mh.Model) -> None:
    trials = Trials(llama, SINGLE)
    words = trials.counts["loss"].sum()
    kept = keep_one(trials, "zero").set_index(["layer", "head"])
    others = dict.fromkeys([("decoder", 1, head) for head in (0, 1, 3)], "zero")
    assert kept.loc[(1, 2), "ablated"] == pytest.approx(
        sum(total(llama, pair, others) for pair in SINGLE) / words, abs=1e-4
    )
    layer = others | {("decoder", 1, 2): "zero"}
    assert kept.loc[(1, 2), "all_off"] == pytest.approx(
        sum(total(llama, pair, layer) for pair in SINGLE) / words, abs=1e-4
    )
    clusters = [[Head("decoder", 1, head) for head in range(4)], [Head("decoder", 0, 1), Head("decoder", 2, 3)]]
    off = each_off(trials, "zero")
    table = clusters_off(trials, clusters, off, "zero")
    assert table["together"].iloc[0] == pytest.approx(
        kept.loc[(1, 2), "all_off"] - kept.loc[(1, 2), "intact"], abs=1e-4
    )
    single = (off["loss"] - trials.intact["loss"]).sum(axis=1) / words
    assert table["sum_of_single"].tolist() == pytest.approx([single[4:8].sum(), single[1] + single[11]])
    assert table["heads"].iloc[1] == "L0 H1, L2 H3"
    assert table["excess"].tolist() == pytest.approx((table["together"] - table["sum_of_single"]).tolist())
    assert table[["low", "high", "excess_low", "excess_high"]].isna().all(axis=None)


def test_what_a_group_costs_beyond_its_heads_has_the_interval_of_the_differences(llama: mh.Model) -> None:
    words = " ".join(pair.source for pair in SINGLE).split()
    order = np.random.default_rng(0).permuted(np.tile(words, (FEWEST_FOR_INTERVAL + 6, 1)), axis=1)
    pairs = [mh.SentencePair(" ".join(row[: 3 + place % 5])) for place, row in enumerate(order)]
    # The last of them are of the document of the first.
    units = [str(place % FEWEST_FOR_INTERVAL) for place in range(len(pairs))]
    trials = Trials(llama, pairs)
    group = [Head("decoder", 0, 1), Head("decoder", 2, 3), Head("decoder", 1, 0)]
    (row,) = clusters_off(trials, [group], each_off(trials, "zero"), "zero", units).to_dict("records")
    found = trials.totals([dict.fromkeys(group, "zero"), *({head: "zero"} for head in group)])["loss"]
    found -= trials.intact["loss"]
    for name, part in (("", found[0]), ("excess_", found[0] - found[1:].sum(axis=0))):
        replicates = [(own * part).sum() / (own * trials.counts["loss"]).sum() for own in bootstrap_weights(units)]
        assert [row[f"{name}low"], row[f"{name}high"]] == pytest.approx(np.quantile(replicates, [0.025, 0.975]))
        assert row[f"{name}low"] < row["together" if not name else "excess"] < row[f"{name}high"]


def test_groups_of_like_heads_of_one_pair(llama: mh.Model) -> None:
    """Every group has heads of one stack, two to half of all, each head in one group at most; the live table is that of
    the trials.
    """
    pair = SINGLE[1]
    groups = clusters_of(llama, [pair])
    heads = [head for group in groups for head in group]
    assert groups
    assert len(set(heads)) == len(heads)
    assert all(2 <= len(group) <= 6 for group in groups)
    alone = ablate_each(llama, pair, kind="zero")
    table = pair_clusters(llama, pair, alone, "zero")
    assert [row.split(", ") for row in table["heads"]] == [
        [f"L{layer} H{head}" for _stack, layer, head in group] for group in groups
    ]
    intact = pair_loss(llama, pair).value
    for row, group in zip(table.itertuples(), groups, strict=True):
        assert row.together == pytest.approx(
            pair_loss(llama, pair, dict.fromkeys(group, "zero")).value - intact, abs=1e-4
        )
        delta = alone.set_index(["stack", "layer", "head"])["delta"]
        assert row.sum_of_single == pytest.approx(sum(delta[head] for head in group))
    assert table["low"].isna().all()


def test_one_pair(llama: mh.Model, encoder: mh.Model) -> None:
    shares: list[float] = []
    table = ablate_each(llama, PAIRS[0], kind="mean", tell=shares.append)
    assert len(table) == 12
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    head = ("decoder", 2, 1)
    row = table[(table["layer"] == 2) & (table["head"] == 1)].iloc[0]
    assert row["ablated"] == pytest.approx(pair_loss(llama, PAIRS[0], {head: "mean"}).value, abs=1e-5)
    pd.testing.assert_series_equal(
        table["gradient_importance"], gradient_importance(llama, PAIRS[0])["gradient_importance"]
    )
    with pytest.raises(Problem, match="no language head"):
        pair_interactions(encoder, PAIRS[0], [("encoder", 0, 0), ("encoder", 0, 1)])
    with pytest.raises(Problem):
        pair_loss(llama, mh.SentencePair(""))


def test_one_pair_is_a_corpus_of_one(llama: mh.Model) -> None:
    """A head that is off gives the intact model's mean in both, however many others are off."""
    pair, shares = SINGLE[1], list[float]()
    tables = ablation_tables(llama, [AblationText(pair, pair.source, "sentence")])
    for name, on_pair in (("ablation", ablate_each(llama, pair)), ("keep_one", pair_keep_one(llama, pair))):
        rows = tables[name].iloc[: len(on_pair)]
        assert list(on_pair) == [column for column in rows if column not in ("tokens", "read_as")]
        values = [column for column in on_pair if column not in ("low", "high", "p", "q")]
        pd.testing.assert_frame_equal(on_pair[values], rows[values], rtol=0, atol=1e-5, obj=name)
    curves = pair_curves(llama, pair, tell=shares.append)
    pd.testing.assert_frame_equal(curves, tables["curves"], rtol=0, atol=1e-4)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


WORDS = [
    MinimalPair("nsubj", "the cat on a mat", "slept", "long"),
    MinimalPair("nsubj", "the cat on a mat", "sits", "day"),
    MinimalPair("nsubj", "it", "was", "the"),
    MinimalPair("det", "on all", "day", "day long"),  # one begins with the other: which is meant cannot be told
    MinimalPair("det", "a very", "unheard", "unseen"),  # both unknown
]


@pytest.mark.parametrize(
    ("name", "hidden", "place"), [("llama", "", -1), ("bert", " [MASK]", -2), ("marian", " slept.", None)]
)
def test_minimal_pairs_by_hand(name: str, hidden: str, place: int | None) -> None:
    """place: where the words stand among the predictions, counted from the end; of a translator behind the words that
    it has written.
    """
    model = model_of(family_named(name))
    model.tokenizer.add_special_tokens({"mask_token": "[MASK]"})
    stop = "" if name == "llama" else "."
    if stop:
        # A full stop is part of the last word for this tokenizer.
        model.tokenizer.add_tokens(["slept.", "long.", "sits.", "was.", "the."])

    def prefers_good(pair: MinimalPair, ablate: dict[tuple[str, int, int], str]) -> bool:
        text = pair.opening + hidden
        seen = mh.attend(model, mh.SentencePair(pair.source, text) if name == "marian" else mh.SentencePair(text))
        with torch.no_grad(), model.attention.watching(lambda call: switch_off(call, ablate)):
            logits = model.network(**seen.inputs).logits[0, len(pair.opening.split()) if place is None else place]
        good, bad = (model.tokenizer.convert_tokens_to_ids(word + stop) for word in (pair.good, pair.bad))
        return bool(logits[good] > logits[bad])

    # What the tiny model prefers is made the good word, so that it has something to lose.
    words = [replace(pair, source="the cat slept") for pair in WORDS[:3]]
    words = [pair if prefers_good(pair, {}) else replace(pair, good=pair.bad, bad=pair.good) for pair in words]
    left_out = WORDS[3:] if name != "marian" else []
    table = minimal_pairs_table(model, [*words, *left_out], "zero")
    assert set(table["relation"]) == {"nsubj"}
    assert (table["n"] == 3).all()
    assert len(table) == len(model.attention.all_heads())
    assert (table["intact"] == 1).all()
    costliest = table.loc[table["delta"].idxmax()]
    head = (str(costliest["stack"]), int(costliest["layer"]), int(costliest["head"]))
    assert costliest["ablated"] == pytest.approx(np.mean([prefers_good(pair, {head: "zero"}) for pair in words]))
    # Three pairs of two openings stand in two rows.
    assert sum(len(batch.task.rows) for batch in choices(model, words)) == 2
    assert not table["hurts"].any()  # two openings say nothing
    np.testing.assert_allclose(table["delta"], table["intact"] - table["ablated"], atol=1e-9)
    assert minimal_pairs_table(replace(model, head=None), words, "zero").empty
    # Who is always wrong has nothing to lose.
    assert minimal_pairs_table(model, [replace(pair, good=pair.bad, bad=pair.good) for pair in words], "zero").empty


def test_a_model_is_asked_in_a_language_that_it_reads() -> None:
    """By the catalogue: a translator reads the source and writes the opening."""
    pairs = minimal_pairs()
    llama = model_of(family_named("llama"))
    asked = {
        name: {pair.relation for pair in readable(replace(llama, name=name), pairs)}
        for name in ("smollm2", "bert-base-chinese", "mine")
    }
    english, chinese = {"nsubj", "det", "obj"}, {"connective_partner", "cause_partner"}
    assert asked == {"smollm2": english, "bert-base-chinese": chinese, "mine": english | chinese}
    for name, expected in (("marian-zh-en", english), ("marian-en-zh@random", chinese)):
        assert {pair.relation for pair in readable(mh.load(name, device="cpu"), pairs)} == expected


def test_the_study_of_a_run(llama: mh.Model) -> None:
    """All tables with the columns that pages read, and the work as announced."""
    records, _bad = records_of([*SINGLE, SINGLE[0], mh.SentencePair("it was " * 8)])
    told: list[int] = []
    assert ABLATION.steps(llama, records) > 12 * 2
    tables = ABLATION.measure(StudyInput(llama, Corpus(records), told.append))
    assert tuple(tables) == ABLATION.tables
    for name, table in tables.items():
        assert tuple(table.columns) == TABLES[name], name
        assert set(table["model"]) <= {"llama"}
    # Too short, too long and twice the same are left out.
    assert [text.read_as for text in ablation_texts(llama, records)] == ["sentence"] * 2
    assert tables["ablation"].groupby("kind").size().to_dict() == {
        "mean": 12,
        **dict.fromkeys(kinds_of(llama)[1:], 10),
    }
    assert len(tables["interactions"]) == 15
    assert set(tables["ablation"]["n"]) == {2}
    assert sum(told) > 12 * 2 * 3
    asked = MINIMAL_PAIRS.measure(StudyInput(llama, Corpus(records), told.append))["minimal_pairs"]
    assert tuple(asked.columns) == COLUMNS
    assert not (asked["hurts"] & ~(asked["margin_low"] > 0)).any()
    empty = ABLATION.measure(StudyInput(llama, Corpus(records_of([SINGLE[2]])[0]), told.append))
    assert all(table.empty for table in empty.values())


def test_a_causal_model_reads_contexts_of_as_many_documents_as_there_are(llama: mh.Model, encoder: mh.Model) -> None:
    """Three texts of one document and two of others: no document has a second one before every other has its first; all
    others read sentences.
    """
    words = [f"{name}{number}" for name in "abcde" for number in range(64)]
    documents = ["one"] * 3 + ["two", "three"]
    records = [
        PairRecord(name, mh.SentencePair(" ".join(words[64 * place : 64 * place + 64])), place, document)
        for place, (name, document) in enumerate(zip("abcde", documents, strict=True))
    ]
    found = ablation_texts(llama, records)
    assert {text.read_as for text in found} == {"context"}
    assert {text.unit for text in found[:3]} == {"one", "two", "three"}
    assert [text.unit for text in found[3:]] == ["one", "one"]
    assert ablation_texts(llama, records[::-1]) == found
    assert all(text.pair.source[text.scored_from :].split()[0].endswith("32") for text in found)
    assert ablation_texts(encoder, records) == []
    family = family_named("llama")
    longer = model_of(replace(family, settings={**family.settings, "max_position_embeddings": 128}))
    longer.tokenizer.model_max_length = 128
    tables = ABLATION.measure(StudyInput(longer, Corpus(records), lambda _texts: None))
    assert set(tables["ablation"]["read_as"]) == {"context"}
    assert set(tables["ablation"]["tokens"]) == {5 * 32}
    assert set(tables["ablation"]["units"]) == {3}


def test_the_study_of_a_single_head() -> None:
    """It has no other to be like, or to cover for."""
    family = family_named("llama")
    alone = {"num_attention_heads": 1, "num_key_value_heads": 1, "num_hidden_layers": 1}
    model = model_of(replace(family, settings={**family.settings, **alone}))
    tables = ABLATION.measure(StudyInput(model, Corpus(records_of(SINGLE)[0]), lambda _pairs: None))
    assert tables["ablation"]["kind"].tolist() == ["mean", "zero", "uniform", "resample"]
    assert set(tables["curves"]["removed"]) == {0, 1}
    assert tables["keep_one"]["delta"].tolist() == [0]
    assert tables["interactions"].empty
    assert tables["cluster_ablation"].empty
