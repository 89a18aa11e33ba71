"""A .gguf file given as a path: converted once, then an ordinary folder."""

from pathlib import Path

import gguf
import numpy as np
import pytest
import torch

import mhattn_core as mh
from mhattn_core.models import gguf as gguf_module

WIDTH, HEADS, INNER, LAYERS = 24, 3, 32, 2


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny random Llama that spells out its words."""
    monkeypatch.setenv("MHATTN_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "tiny.gguf"
    vocabulary = ["<|endoftext|>", *map(chr, range(33, 127)), "Ġ", "it"]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(vocabulary)
    writer.add_token_merges(["i t"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    random = np.random.default_rng(0)
    shapes = {"token_embd": (len(vocabulary), WIDTH), "output_norm": (WIDTH,)}
    for layer in range(LAYERS):
        block = {"attn_norm": (WIDTH,), "ffn_norm": (WIDTH,), "ffn_gate": (INNER, WIDTH), "ffn_up": (INNER, WIDTH)}
        block |= {"ffn_down": (WIDTH, INNER)} | {f"attn_{part}": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
        shapes |= {f"blk.{layer}.{name}": shape for name, shape in block.items()}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.normal(0, 0.1, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_it_loads_and_attends(file: Path) -> None:
    model = mh.load(str(file), device="cpu")
    assert (model.family, model.head, model.network.dtype) == ("llama", "language", torch.float32)
    seen = mh.attend(model, mh.SentencePair("it runs"))
    assert seen.pattern("decoder").shape[:2] == (LAYERS, HEADS)


def test_it_is_converted_once_and_known_by_its_content(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = mh.load(str(file), device="cpu")
    monkeypatch.delattr(gguf_module, "save_model")
    again = mh.load(str(file.rename(file.with_name("moved.gguf"))), device="cpu")
    assert again.revision == first.revision
    assert torch.equal(next(again.network.parameters()), next(first.network.parameters()))
