"""Models as people keep them: in parts, in half precision, with tied weights, for pairs, and of any length."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from cases import family_named, word_tokenizer
from safetensors import safe_open
from tiny import config, put_tokenizer
from transformers import (
    BertForMaskedLM,
    BertModel,
    BloomConfig,
    BloomForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
)

import mhattn_core as mh
from mhattn_core.models.wrap import wrap

PAIR = mh.SentencePair("the cat sits on a mat", "it was very tired")
SIZES = {"vocab_size": 120, "hidden_size": 32, "num_attention_heads": 4, "pad_token_id": 0}
LAYERS = {"num_hidden_layers": 2, "intermediate_size": 48}


def put(folder: Path, network: Any, **how: Any) -> Path:
    network.save_pretrained(folder, **how)
    word_tokenizer().save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", ["bert", "llama", "bart"])
def test_parts_are_the_whole(name: str, tmp_path: Path) -> None:
    network = family_named(name).build("eager")
    whole = put(tmp_path / "whole", network)
    parts = put(tmp_path / "parts", network, max_shard_size="20KB")
    assert len(list(parts.glob("model-*.safetensors"))) > 2
    one, other = (mh.load(str(folder), "cpu") for folder in (whole, parts))
    for stack in one.stacks:
        np.testing.assert_array_equal(mh.attend(one, PAIR).pattern(stack), mh.attend(other, PAIR).pattern(stack))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_file_of_half_precision_is_computed_with_in_full(dtype: torch.dtype, tmp_path: Path) -> None:
    network = family_named("bert").build("eager").to(dtype)
    model = mh.load(str(put(tmp_path, network)), "cpu")
    assert model.network.dtype == torch.float32
    expected = mh.attend(wrap(network.float(), word_tokenizer()), PAIR).pattern("encoder")
    np.testing.assert_allclose(mh.attend(model, PAIR).pattern("encoder"), expected, atol=1e-6)


def test_weights_that_are_tied_stand_in_the_file_once(tmp_path: Path) -> None:
    put_tokenizer(tmp_path)
    network = BertForMaskedLM(config())
    network.save_pretrained(tmp_path)
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        names = set(file.keys())
    assert "cls.predictions.decoder.weight" not in names
    model = mh.load(str(tmp_path), "cpu")
    assert model.head == "language"
    assert model.network.get_output_embeddings().weight is model.network.get_input_embeddings().weight


def test_a_pair_tells_its_two_sides_apart(tmp_path: Path) -> None:
    put_tokenizer(tmp_path)
    torch.manual_seed(0)
    network = BertModel(config())
    network.save_pretrained(tmp_path)
    model = mh.load(str(tmp_path), "cpu")
    seen = mh.attend(model, PAIR)
    encoded = model.tokenizer(PAIR.source, PAIR.target, return_tensors="pt")
    assert seen.inputs["token_type_ids"].tolist() == encoded["token_type_ids"].tolist()
    assert set(encoded["token_type_ids"].flatten().tolist()) == {0, 1}
    network.set_attn_implementation("eager")
    with torch.no_grad():
        plain = torch.stack(network.eval()(**encoded, output_attentions=True).attentions)[:, 0]
    np.testing.assert_allclose(seen.pattern("encoder"), plain.numpy(), atol=1e-6)


LONG: dict[str, tuple[Any, int]] = {
    # ALiBi has no table of positions: what the tokenizer says holds.
    "alibi": (lambda: BloomForCausalLM(BloomConfig(**SIZES, n_layer=2, n_head=4)), 60),
    # Rotary positions that were stretched: the config's length is the stretched one.
    "rope": (
        lambda: LlamaForCausalLM(
            LlamaConfig(
                **SIZES | LAYERS,
                max_position_embeddings=48,
                rope_parameters={
                    "rope_type": "yarn",
                    "rope_theta": 10000.0,
                    "factor": 4.0,
                    "original_max_position_embeddings": 12,
                },
            )
        ),
        48,
    ),
    # A window is how far one layer looks, not how long a text may be.
    "window": (
        lambda: MistralForCausalLM(
            MistralConfig(**SIZES | LAYERS, num_key_value_heads=2, max_position_embeddings=40, sliding_window=4)
        ),
        40,
    ),
}


@pytest.mark.parametrize("kind", LONG)
def test_how_long_a_text_may_be(kind: str, tmp_path: Path) -> None:
    make, longest = LONG[kind]
    torch.manual_seed(0)
    model = mh.load(str(put(tmp_path, make())), "cpu")
    assert model.longest == longest
    words = " ".join(["cat"] * (longest - 1))
    assert mh.attend(model, mh.SentencePair(words)).pattern("decoder").shape[-1] == longest
    with pytest.raises(mh.Problem, match=str(longest)):
        mh.attend(model, mh.SentencePair(words + " cat"))


def test_a_tokenizer_without_bos_and_padding(tmp_path: Path) -> None:
    """Texts of unequal length in one batch give what each gives alone."""
    network = family_named("llama").build("eager")
    tokenizer = word_tokenizer()
    tokenizer.pad_token = tokenizer.bos_token = None
    network.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = mh.load(str(tmp_path), "cpu")
    pairs = [PAIR, mh.SentencePair("the mat"), mh.SentencePair("it slept all day long", "it was on the mat")]
    run = mh.analyze([model], pairs, out=tmp_path / "run")
    alone = [mh.analyze([model], [pair], out=tmp_path / f"run{number}") for number, pair in enumerate(pairs)]
    measures = [one.heads[one.heads["measure"] == "entropy.tokens"].set_index(["layer", "head"]) for one in alone]
    assert (run.heads.loc[run.heads["measure"] == "entropy.tokens", "n"] == len(pairs)).all()
    assert all(np.isfinite(one["value"]).all() for one in measures)
    assert run.skipped.empty
