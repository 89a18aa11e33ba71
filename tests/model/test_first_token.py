"""What stands before the text of a causal model, and tokens that a network has never learned."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny import config, put_gpt2, put_tokenizer, put_words
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import BertLMHeadModel, BertModel, PreTrainedTokenizerFast

import mhattn_core as mh
from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.attention.batches import batches, collate, feed_all
from mhattn_core.attention.stream import watch_words
from mhattn_core.attention.write_summary import write_summary
from mhattn_core.errors import Problem
from mhattn_core.experiments.detectors.live import detectors_on_random_tokens
from mhattn_core.text.documents import read_document

PAIR = mh.SentencePair("the cat sat on the mat", "it was tired")
LONGER = mh.SentencePair("the old cat sat on the long mat and was very tired", "it slept")
CLS = 101


def batched(model: mh.Model, pairs: list[mh.SentencePair]) -> list[WordLayer]:
    """The layers of one padded batch."""
    rows, problems = feed_all(model, pairs)
    assert not problems
    (together,) = batches(model, rows)
    layers: list[WordLayer] = []
    watch_words(model, collate(model, together), layers.append)
    return layers


def same_batched(model: mh.Model) -> None:
    layers = batched(model, [LONGER, PAIR])
    seen = mh.attend(model, PAIR)
    words = len(seen.words("decoder").queries)
    for layer in layers:
        np.testing.assert_allclose(
            layer.pattern[1, :, :words, :words], seen.words("decoder").pattern[layer.layer], atol=1e-6
        )
        first = seen.words("decoder").query_axis.averaged(seen.pattern("decoder")[layer.layer])[..., 0]
        np.testing.assert_allclose(layer.first_mass[1, :, :words], first, atol=1e-6)


@pytest.mark.parametrize("network", ["gpt2", "bert"])
def test_a_causal_model_with_a_bert_tokenizer_reads_cls_first(network: str, tmp_path: Path) -> None:
    if network == "gpt2":
        put_gpt2(put_tokenizer(tmp_path))
    else:
        settings = config()
        settings.is_decoder = True
        BertLMHeadModel(settings).save_pretrained(put_tokenizer(tmp_path))
    model = mh.load(str(tmp_path), device="cpu")
    seen = mh.attend(model, PAIR)
    assert seen.stacks == ("decoder",)
    assert seen.tokens("decoder")[0][:3] == ("[CLS]", "the", "cat")
    assert seen.inputs["input_ids"][0, 0] == CLS
    assert seen.has_first_token
    same_batched(model)
    assert set(detectors_on_random_tokens(model, texts=2)["stack"]) == {"decoder"}
    run = mh.analyze([str(tmp_path)], [PAIR, LONGER], out=tmp_path / "run", device="cpu")
    assert (len(run.skipped), run.heads["n"].max()) == (0, 2)


def test_a_text_without_a_first_token_begins_with_its_own(tmp_path: Path) -> None:
    put_gpt2(put_words(tmp_path), vocab_size=40)
    model = mh.load(str(tmp_path), device="cpu")
    seen = mh.attend(model, PAIR)
    assert seen.tokens("decoder")[0][0] == "the"
    assert not seen.has_first_token
    same_batched(model)
    pattern = seen.pattern("decoder")  # one token a word: the line break is a space to this tokenizer
    assert pattern.shape[-1] == 9
    table = mh.analyze([str(tmp_path)], [PAIR], out=tmp_path / "run", device="cpu").heads
    sink = table[table["measure"] == "sink.first"]["value"].to_numpy().reshape(2, 3)
    np.testing.assert_allclose(sink, pattern[..., 0].mean(axis=-1), atol=1e-6)
    special = table[table["measure"] == "special_mass"]["value"].to_numpy()
    np.testing.assert_allclose(special, 0, atol=1e-6)


def test_induction_and_writing_go_without_a_first_token(tmp_path: Path) -> None:
    put_gpt2(put_words(tmp_path), vocab_size=40, n_positions=256)
    model = mh.load(str(tmp_path), device="cpu")
    table = detectors_on_random_tokens(model, texts=2)
    assert table["value"].between(0, 1).all()
    written = write_summary(model, read_document("the cat sat on the mat\n\nit was very tired"), longest=20)
    assert written.text


def test_no_token_of_a_text_is_a_problem(tmp_path: Path) -> None:
    # Letters that it does not know vanish, since there is no unknown token.
    tokenizer = Tokenizer(BPE({"c": 0, "a": 1, "t": 2, "m": 3}, []))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(tmp_path)
    put_gpt2(tmp_path, vocab_size=40)
    model = mh.load(str(tmp_path), device="cpu")
    assert mh.attend(model, mh.SentencePair("cat mat")).pattern("decoder").shape[-1] == 6
    rows, problems = feed_all(model, [mh.SentencePair("dog"), mh.SentencePair("cat")])
    assert ([row.number for row in rows], list(problems)) == ([1], [0])
    with pytest.raises(Problem, match="no token of this text"):
        mh.attend(model, mh.SentencePair("dog"))


def test_a_token_that_was_never_learned_is_named_with_both_sizes(tmp_path: Path) -> None:
    BertModel(config()).save_pretrained(put_tokenizer(tmp_path))
    model = mh.load(str(tmp_path), device="cpu")
    model.tokenizer.add_tokens(["kittyish"])
    added = mh.SentencePair("the kittyish sat")
    with pytest.raises(Problem, match="“kittyish”: its tokenizer has 30523 tokens, its embedding 30522"):
        mh.attend(model, added)
    run = mh.analyze([model], [added, PAIR], out=tmp_path / "run")
    assert run.skipped["reason"].str.contains("kittyish.*30523.*30522").tolist() == [True]
    assert run.skipped["line"].tolist() == [1]
    alone = mh.analyze([model], [PAIR], out=tmp_path / "alone")
    pd.testing.assert_series_equal(run.heads["value"], alone.heads["value"])


def test_a_padding_token_that_was_added_to_the_tokenizer_alone_is_not_fed(tmp_path: Path) -> None:
    put_gpt2(put_words(tmp_path), vocab_size=40)
    model = mh.load(str(tmp_path), device="cpu")
    model.tokenizer.add_special_tokens({"pad_token": "[PAD]"})
    assert model.tokenizer.pad_token_id == 40
    same_batched(model)
