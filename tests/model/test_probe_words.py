"""Vectors of words for probes: what the network itself gives its heads, averaged over pieces."""

import numpy as np
import torch

import mhattn_core as mh
from mhattn_core.measures.probing.words import WORDS_OF_A_TEXT, probe_words
from mhattn_core.text.annotation import AnnotatedSentence, AnnotatedWord, annotate_pair
from mhattn_core.text.annotation.annotated import Annotated

SENTENCE = AnnotatedSentence(
    (AnnotatedWord("Tokenization", "tokenization", "NOUN", 1, "nsubj"), AnnotatedWord("matters", "matter", "VERB")), "en", tree=True
)


def test_vectors_and_labels_of_words(minilm: mh.Model) -> None:
    pair = mh.SentencePair("Tokenization matters")
    found = probe_words(minilm, [pair], [Annotated(SENTENCE)], "encoder")
    assert found is not None
    assert set(found.types) == {"tokenization", "matters"}
    word = found.types.index("tokenization")
    assert {task: labels[word] for task, labels in found.labels.items()} == {
        "pos": "NOUN",
        "role": "nsubj",
        "category": "",
        "partner": "VERB",
    }
    assert found.labels["partner"][1 - word] == ""
    seen = mh.attend(minilm, pair)
    pieces = [place for place, piece in enumerate(seen.pieces("encoder")[0]) if piece.side and piece.start < 12]
    assert len(pieces) == 2
    values = seen.values("encoder", layer=2, head=5)
    for name, rows in (("query", values.query), ("key", values.key), ("value", values.value)):
        assert found.vectors[name].shape == (6, 12, 2, 32)
        np.testing.assert_allclose(found.vectors[name][2, 5, word], rows[pieces].mean(axis=0), atol=1e-5)
    with torch.no_grad():
        states = minilm.network(**seen.inputs, output_hidden_states=True).hidden_states
    np.testing.assert_allclose(found.inputs[2, word], states[2][0, pieces].mean(dim=0), atol=1e-5)


def test_few_words_of_each_text_and_texts_that_cannot_be_read_are_left_out(minilm: mh.Model) -> None:
    texts = ["The small dog sees a red bird on the roof of our house", "word " * 600, "Cats sleep"]
    pairs = [mh.SentencePair(text) for text in texts]
    told: list[int] = []
    found = probe_words(minilm, pairs, [annotate_pair(pair) for pair in pairs], "encoder", tell=told.append)
    assert found is not None
    assert found.texts.count(0) == WORDS_OF_A_TEXT
    assert set(found.texts) == {0, 2}
    assert sum(told) == 3


def test_a_translators_decoder_and_a_sentence_cut_otherwise() -> None:
    model = mh.load("marian-en-zh")
    pair = mh.SentencePair("Cats sleep", "猫睡觉")
    found = probe_words(model, [pair], [annotate_pair(pair)], "decoder")
    assert found is not None
    assert found.vectors["query"].shape[2] == len(found.texts) == found.inputs.shape[1]
    other = Annotated(AnnotatedSentence(SENTENCE.words[:1], "en"))
    assert probe_words(model, [pair], [other], "encoder") is None
