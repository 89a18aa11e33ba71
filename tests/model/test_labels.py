"""Classifiers with labelled texts: what switching a head off costs in accuracy and in the label's probability."""

import numpy as np
import pytest
import torch
from cases import word_tokenizer
from families import PLAIN
from transformers import BertConfig, BertForSequenceClassification

import mhattn_core as mh
from mhattn_core.attention.class_probabilities import class_probabilities
from mhattn_core.attention.objectives import class_numbers
from mhattn_core.experiments.ablation.single_head import ablation_table, each_off
from mhattn_core.experiments.ablation.study import ablation_tables
from mhattn_core.experiments.ablation.texts import ablation_texts
from mhattn_core.experiments.ablation.trials import Trials
from mhattn_core.findings.ablation.reading_models import classes_sentence, classes_table
from mhattn_core.measures.ablation.changes import accuracy, label_loss, logit_difference
from mhattn_core.models.wrap import wrap
from mhattn_core.text.reading import PairRecord

NAMES = {0: "entailment", 1: "neutral", 2: "contradiction"}
TEXTS = [
    ("the cat sits on a mat", "it was very tired", "entailment"),
    ("it slept all day long", "the cat was very tired", "2"),
    ("a cat sits on it", "the mat was a mat", "NEUTRAL"),
    ("the tired cat slept long", "it sits on a mat", ""),
    ("a mat and a cat", "it slept and slept long", "unheard of"),
]
OFF = {("encoder", 1, 2): "zero"}


def classifier(labels: int = 3) -> mh.Model:
    torch.manual_seed(0)
    names = {"id2label": NAMES, "label2id": {name: number for number, name in NAMES.items()}} if labels == 3 else {}
    network = BertForSequenceClassification(BertConfig(**PLAIN, num_labels=labels, **names))
    for parameter in network.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    return wrap(network, word_tokenizer(), name="mnli")


@torch.no_grad()
def logits_of(model: mh.Model, a: str, b: str) -> np.ndarray:
    encoded = model.tokenizer(a, b, return_tensors="pt")
    return model.network(**encoded).logits[0].double().numpy()


def test_hand_computed() -> None:
    found = np.log(np.array([[0.7, 0.2, 0.1], [0.25, 0.5, 0.25], [0.1, 0.1, 0.8]]))
    labels = np.array([0, 2, -1])
    np.testing.assert_allclose(label_loss(found, labels), [-np.log(0.7), np.log(4), 0])
    assert accuracy(found, labels).tolist() == [1, 0, 0]
    np.testing.assert_allclose(logit_difference(found, labels), [np.log(0.7 / 0.2), np.log(0.25 / 0.5), 0])


def test_labels_by_name_and_number() -> None:
    assert class_numbers(classifier(), [label for _a, _b, label in TEXTS]).tolist() == [0, 2, 1, -1, -1]


def test_what_is_counted_of_labelled_texts() -> None:
    model = classifier()
    records = [
        PairRecord(f"p{line}", mh.SentencePair(a, b), line, label=label) for line, (a, b, label) in enumerate(TEXTS)
    ]
    texts = ablation_texts(model, records)
    assert {text.label for text in texts} == {label for _a, _b, label in TEXTS}
    trials = Trials(model, [record.pair for record in records], labels=[record.label for record in records])
    assert list(trials.counts) == ["divergence", "label_loss", "logit_difference", "accuracy"]
    assert trials.counts["accuracy"].tolist() == [1, 1, 1, 0, 0]
    numbers = class_numbers(model, [record.label for record in records])
    for row, (a, b, _label) in enumerate(TEXTS[:3]):
        logits = logits_of(model, a, b)
        expected = np.log(np.exp(logits).sum()) - logits[numbers[row]]
        assert trials.intact["label_loss"][row] == pytest.approx(expected, abs=1e-5)
        assert trials.intact["accuracy"][row] == (logits.argmax() == numbers[row])
        others = np.delete(logits, numbers[row])
        assert trials.intact["logit_difference"][row] == pytest.approx(logits[numbers[row]] - others.max(), abs=1e-5)
    table = ablation_table(trials, each_off(trials, "mean"), "mean", [record.id for record in records])
    assert set(table["quantity"]) == set(trials.counts)
    assert table.loc[table["quantity"] == "label_loss", "delta"].abs().max() > 1e-4
    tables = ablation_tables(model, texts)
    assert set(tables["ablation"]["quantity"]) == set(trials.counts)


def test_without_labels_there_is_no_accuracy() -> None:
    trials = Trials(classifier(), [mh.SentencePair(a, b) for a, b, _label in TEXTS])
    assert list(trials.counts) == ["divergence"]


def test_a_rerankers_one_output_is_a_log_odds() -> None:
    model = classifier(labels=1)
    pairs = [mh.SentencePair(a, b) for a, b, _label in TEXTS[:2]]
    trials = Trials(model, pairs, labels=["1", "0"])
    for row, pair in enumerate(pairs):
        odds = logits_of(model, pair.source, pair.target)[0] * (1 if row == 0 else -1)
        assert trials.intact["label_loss"][row] == pytest.approx(np.log1p(np.exp(-odds)), abs=1e-5)
    (moved,) = trials.totals([OFF])["divergence"]
    assert (moved > 1e-6).all()


def test_classes_of_one_pair_with_and_without_a_head() -> None:
    model = classifier()
    seen = mh.attend(model, mh.SentencePair(*TEXTS[0][:2]))
    intact, without = class_probabilities(seen), class_probabilities(seen, OFF)
    logits = logits_of(model, *TEXTS[0][:2])
    np.testing.assert_allclose(intact["probability"], np.exp(logits) / np.exp(logits).sum(), atol=1e-5)
    assert intact["class"].tolist() == list(NAMES.values())
    assert without["probability"].sum() == pytest.approx(1, abs=1e-5)
    assert (without["probability"] - intact["probability"]).abs().max() > 1e-4
    assert classes_table(intact, without).shape == (3, 3)
    likeliest = NAMES[int(logits.argmax())]
    assert classes_sentence(intact, intact).startswith(f"**{likeliest}** stays the likeliest class")
    turned = intact.assign(probability=intact["probability"].to_numpy()[::-1])
    turned.loc[int(logits.argmax()), "probability"] = 0
    assert "gives way to" in classes_sentence(intact, turned)
    odds = class_probabilities(mh.attend(classifier(labels=1), mh.SentencePair(*TEXTS[0][:2])))
    assert odds["class"].tolist() == ["0", "1"]
