"""Small random BERTs in folders, with the tokenizer of the bundled model."""

import shutil
from pathlib import Path

import torch
from transformers import BertConfig, BertModel

from mhattn_core.models.catalogue import entries


def put_tokenizer(folder: Path) -> Path:
    """Copy the tokenizer's files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    path = entries()["minilm"].path()
    assert path is not None
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copy(path / name, folder / name)
    return folder


def config() -> BertConfig:
    return BertConfig(vocab_size=30522, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=16)


def put_model(folder: Path) -> Path:
    """A whole model."""
    BertModel(config()).save_pretrained(put_tokenizer(folder))
    return folder


def put_pickled_model(folder: Path) -> Path:
    """The same with its weights as a pickle only."""
    model = BertModel(config())
    model.config.save_pretrained(put_tokenizer(folder))
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder
