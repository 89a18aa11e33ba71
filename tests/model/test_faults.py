"""Tables of faults of tiny networks, against sums taken one by one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from cases import family_named, model_of
from fault_pairs import PAIRS, SINGLE, total
from scipy.special import rel_entr
from torch.nn.functional import log_softmax
from transformers import AutoModelForSequenceClassification

import mhattn_core as mh
from mhattn_core.attention.ablated_batches import Variants
from mhattn_core.attention.ablation import kinds_of, switch_off
from mhattn_core.attention.objectives import tasks
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.minimal_pairs import COLUMNS
from mhattn_core.experiments.ablation.pair import (
    ablate_each,
    gradient_importance,
    pair_curves,
    pair_interactions,
    pair_keep_one,
    pair_loss,
)
from mhattn_core.experiments.ablation.quantities import quantities_of
from mhattn_core.experiments.ablation.single_head import ablation_table, each_off
from mhattn_core.experiments.ablation.study import TABLES, ablation_tables
from mhattn_core.experiments.ablation.texts import AblationText, ablation_texts
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.heads import Head
from mhattn_core.runs.corpus import records_of
from mhattn_core.runs.studies.ablation import ABLATION
from mhattn_core.runs.studies.minimal_pairs import MINIMAL_PAIRS
from mhattn_core.runs.study import Corpus, StudyInput
from mhattn_core.text.reading import PairRecord


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


def test_the_study_of_a_run(llama: mh.Model) -> None:
    """All tables with the columns that pages read, and the work as announced."""
    records, _bad = records_of([*SINGLE, SINGLE[0], mh.SentencePair("it was " * 8)])
    told: list[int] = []
    assert ABLATION.steps(llama, records) > 12 * 2
    tables = ABLATION.measure(StudyInput.here(llama, Corpus(records), told.append))
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
    asked = MINIMAL_PAIRS.measure(StudyInput.here(llama, Corpus(records), told.append))["minimal_pairs"]
    assert tuple(asked.columns) == COLUMNS
    assert not (asked["hurts"] & ~(asked["margin_low"] > 0)).any()
    empty = ABLATION.measure(StudyInput.here(llama, Corpus(records_of([SINGLE[2]])[0]), told.append))
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
    tables = ABLATION.measure(StudyInput.here(longer, Corpus(records), lambda _texts: None))
    assert set(tables["ablation"]["read_as"]) == {"context"}
    assert set(tables["ablation"]["tokens"]) == {5 * 32}
    assert set(tables["ablation"]["units"]) == {3}


def test_the_study_of_a_single_head() -> None:
    """It has no other to be like, or to cover for."""
    family = family_named("llama")
    alone = {"num_attention_heads": 1, "num_key_value_heads": 1, "num_hidden_layers": 1}
    model = model_of(replace(family, settings={**family.settings, **alone}))
    tables = ABLATION.measure(StudyInput.here(model, Corpus(records_of(SINGLE)[0]), lambda _pairs: None))
    assert tables["ablation"]["kind"].tolist() == ["mean", "zero", "uniform", "resample"]
    assert set(tables["curves"]["removed"]) == {0, 1}
    assert tables["keep_one"]["delta"].tolist() == [0]
    assert tables["interactions"].empty
    assert tables["cluster_ablation"].empty
