"""Vectors of words for probes: what the network itself gives its heads, averaged over pieces."""

import numpy as np
import pytest
import torch
from cases import family_named, model_of
from loaded import loaded

import mhattn_core as mh
from mhattn_core.experiments import probing
from mhattn_core.experiments.probing import MOST_WORDS, probe_words
from mhattn_core.text.annotation import AnnotatedSentence, AnnotatedWord, annotate
from mhattn_core.text.annotation.annotated import Annotated
from mhattn_core.text.reading import PairRecord

SENTENCE = AnnotatedSentence(
    (AnnotatedWord("Tokenization", "tokenization", "NOUN", 1, "nsubj"), AnnotatedWord("matters", "matter", "VERB")),
    "en",
    tree=True,
)


def test_vectors_and_labels_of_words(minilm: mh.Model) -> None:
    pair = mh.SentencePair("Tokenization matters")
    found = probe_words(minilm, [pair], [Annotated(SENTENCE)])["encoder"]
    assert set(found.types) == {"tokenization", "matters"}
    word = found.types.index("tokenization")
    assert {task: labels[word] for task, labels in found.labels.items()} == {
        "pos": "NOUN",
        "role": "nsubj",
        "category": "",
        "partner": "VERB",
    }
    assert found.labels["partner"][1 - word] == ""
    # Words before it, and behind it.
    assert found.places[[word, 1 - word]].tolist() == [[0, 1], [1, 0]]
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


def test_few_words_of_each_text_whatever_stands_beside_it(minilm: mh.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "The small dog sees a red bird on the roof of our house",
        "word " * 600,
        "Cats sleep",
        "My uncle buys bread and an apple today",
    ]
    pairs = [mh.SentencePair(text) for text in texts]
    annotated = annotate([PairRecord("", pair, 0) for pair in pairs])
    told: list[int] = []
    monkeypatch.setattr(probing, "MOST_WORDS", 2 * len(texts))
    found = probe_words(minilm, pairs, annotated, tell=told.append)["encoder"]
    assert sum(told) == len(texts)
    # The second is too long for the model.
    assert set(found.texts) == {0, 2, 3}
    assert list(found.texts) == sorted(found.texts)
    for task in ("pos", "category"):
        asked = [text for text, label in zip(found.texts, found.labels[task], strict=True) if label]
        assert asked.count(0) == asked.count(3) == 2
    for label, form in zip(found.labels["category"], found.types, strict=True):
        assert not label or (form, label) in {
            ("dog", "animal"),
            ("red", "colour"),
            ("bird", "animal"),
            ("cats", "animal"),
            ("roof", "home"),
            ("house", "home"),
            ("uncle", "family"),
            ("bread", "food"),
            ("apple", "food"),
            ("today", "time"),
        }
    # Drawn by their texts, not by their places; vectors do not hang on the batch.
    monkeypatch.setattr(probing, "MOST_WORDS", 2)
    alone = probe_words(minilm, pairs[3:], annotated[3:])["encoder"]
    here = [place for place, text in enumerate(found.texts) if text == 3]
    assert alone.types == tuple(found.types[place] for place in here)
    for name in ("query", "key", "value"):
        np.testing.assert_allclose(alone.vectors[name], found.vectors[name][:, :, here], atol=1e-5)
    np.testing.assert_allclose(alone.inputs, found.inputs[:, here], atol=1e-5)
    assert MOST_WORDS > 1000


def test_grouped_keys_are_those_of_the_attention() -> None:
    model = model_of(family_named("llama"))
    pair = mh.SentencePair("the cat sits on a mat")
    found = probe_words(model, [pair], annotate([PairRecord("", pair, 0)]))["decoder"]
    seen = mh.attend(model, pair)
    word = found.types.index("sits")
    place = next(place for place, piece in enumerate(seen.pieces("decoder")[0]) if piece.side and piece.start == 8)
    groups = found.vectors["key"].shape[1]
    assert groups < found.vectors["query"].shape[1]
    for head in range(found.vectors["query"].shape[1]):
        values = seen.values("decoder", layer=1, head=head)
        group = head * groups // found.vectors["query"].shape[1]
        np.testing.assert_allclose(found.vectors["query"][1, head, word], values.query[place], atol=1e-5)
        np.testing.assert_allclose(found.vectors["key"][1, group, word], values.key[place], atol=1e-5)


def test_a_translators_decoder_and_a_sentence_cut_otherwise() -> None:
    model = loaded("marian-en-zh")
    pair = mh.SentencePair("Cats sleep", "猫睡觉")
    found = probe_words(model, [pair], annotate([PairRecord("", pair, 0)]))
    assert set(found) == {"encoder", "decoder"}
    for side in found.values():
        assert side.vectors["query"].shape[2] == len(side.texts) == side.inputs.shape[1]
    assert set(found["encoder"].types) == {"cats", "sleep"}
    for stack, forms in (("encoder", ["cats", "sleep"]), ("decoder", ["猫", "睡觉"])):
        # Places are counted in the word's own sentence.
        assert {
            form: place[0] for form, place in zip(found[stack].types, found[stack].places.tolist(), strict=True)
        } == {
            forms[0]: 0,
            forms[1]: 1,
        }
    other = Annotated(AnnotatedSentence(SENTENCE.words[:1], "en"))
    assert probe_words(model, [pair], [other]) == {}
