"""Texts that a tokenizer cannot spell, and tokens that a network writes and cannot read."""

from dataclasses import replace

import pytest
import torch
from cases import family_named, model_of
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from torch import nn
from transformers import PreTrainedTokenizerFast

import mhattn_core as mh
from mhattn_core.attention.batches import feed_all


def without_unknown() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(WordLevel({"[PAD]": 0, "[BOS]": 1, "the": 20, "cat": 23, "sits": 26, "\n": 29}))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    special = {"pad_token": "[PAD]", "bos_token": "[BOS]"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=60, **special)


@pytest.mark.parametrize("family", ["bert", "gpt2", "t5"])
def test_a_word_that_the_tokenizer_cannot_spell(family: str) -> None:
    model = replace(model_of(family_named(family)), tokenizer=without_unknown())
    assert mh.attend(model, mh.SentencePair("the cat", "cat sits")).stacks == model.stacks
    with pytest.raises(mh.Problem, match="cannot read this text: WordLevel error"):
        mh.attend(model, mh.SentencePair("the dog"))
    if family == "t5":
        with pytest.raises(mh.Problem, match="cannot read this text"):
            mh.attend(model, mh.SentencePair("the cat", "a dog"))


@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_among_many_the_others_are_read(family: str) -> None:
    model = replace(model_of(family_named(family)), tokenizer=without_unknown())
    rows, problems = feed_all(model, [mh.SentencePair(text) for text in ("the cat", "the dog", "cat sits")])
    assert [row.number for row in rows] == [0, 2]
    assert list(problems) == [1]


def writes_beyond(rows: int) -> mh.Model:
    """A translator whose language head is larger than its embedding of 120 rows, and likes its last token best."""
    model = model_of(family_named("t5"))
    model.network.lm_head = nn.Linear(32, rows)
    nn.init.zeros_(model.network.lm_head.weight)
    with torch.no_grad():
        model.network.lm_head.bias.copy_(torch.arange(rows))
    return model


def test_a_token_that_the_network_writes_and_cannot_read() -> None:
    with pytest.raises(mh.Problem, match="number 139, where its embedding has 120 rows"):
        mh.attend(writes_beyond(140), mh.SentencePair("the cat sits"))


def test_a_decoder_that_begins_beyond_its_embedding() -> None:
    model = model_of(family_named("bart"))
    model.network.generation_config.decoder_start_token_id = 125
    with pytest.raises(mh.Problem, match="number 125, where its embedding has 120 rows"):
        mh.attend(model, mh.SentencePair("the cat sits"))
