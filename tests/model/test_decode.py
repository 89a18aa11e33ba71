"""Ids back as text, of tokenizers in Rust and in Python."""

from pathlib import Path

import pytest
import torch
from tiny import put_translator

import mhattn_core as mh
from mhattn_core.attention.decode import decoded


@pytest.mark.parametrize("family", ["marian", "bart"])
def test_ids_beyond_the_vocabulary_stand_for_nothing(family: str, tmp_path: Path) -> None:
    """The embedding of these models has 128 rows more than the tokenizer has tokens."""
    model = mh.load(str(put_translator(tmp_path, family)), device="cpu")
    ids = model.tokenizer("cats")["input_ids"]
    beyond = len(model.tokenizer) + 5
    assert beyond < model.network.get_input_embeddings().weight.shape[0]
    assert decoded(model, torch.tensor([beyond, *ids, beyond])) == decoded(model, ids) == "cats"
    assert decoded(model, ids, special=True) != "cats"
