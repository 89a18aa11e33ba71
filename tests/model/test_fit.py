"""Weights that are shown are the file's: names behind wrappers, layers that are missing or left over, sizes that
differ.

The oracle is the network that was saved, on plain transformers' eager attention.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny import config, put_tokenizer
from torch import Tensor
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoConfig,
    GPTNeoForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    SwitchTransformersConfig,
    SwitchTransformersForConditionalGeneration,
    T5Config,
    T5EncoderModel,
    T5ForConditionalGeneration,
)

import mhattn_core as mh

PAIR = mh.SentencePair("The cat sat down.", "It was tired.")
T5_SIZES = {
    "vocab_size": 30522,
    "d_model": 24,
    "d_kv": 8,
    "d_ff": 16,
    "num_layers": 3,
    "num_decoder_layers": 2,
    "num_heads": 3,
}
T5_SIZES |= {"decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 102}


def telling(network: PreTrainedModel) -> PreTrainedModel:
    """With weights large enough for patterns to tell one network from another."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=0.3)
    return network.eval()


def put(network: PreTrainedModel, folder: Path, rename: Callable[[str], str] = lambda name: name) -> Path:
    """Save ``network`` with the names of its weights changed."""
    network.save_pretrained(put_tokenizer(folder))
    weights = {rename(name): value for name, value in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def change(folder: Path, changed: Callable[[dict[str, Tensor]], dict[str, Tensor]]) -> None:
    path = folder / "model.safetensors"
    save_file(changed(load_file(path)), path, metadata={"format": "pt"})


def change_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def shows(folder: Path, saved: PreTrainedModel) -> mh.Model:
    """Load the folder and assert that its patterns are those of the network that was saved."""
    model = mh.load(str(folder), device="cpu")
    seen = mh.attend(model, PAIR)
    saved.set_attn_implementation("eager")
    with torch.no_grad():
        plain = saved(**seen.inputs, output_attentions=True)
    for stack in seen.stacks:
        attentions = plain.attentions if len(seen.stacks) == 1 else getattr(plain, f"{stack}_attentions")
        torch.testing.assert_close(
            torch.from_numpy(seen.pattern(stack)), torch.stack(attentions)[:, 0], atol=1e-5, rtol=0
        )
    return model


WRAPPERS = (
    "",
    "bert.",
    "module.",
    "model.",
    "_orig_mod.",
    "module.bert.",
    "_orig_mod.module.",
    "model.backbone.bert.",
    "0.auto_model.",
)


@pytest.mark.parametrize("prefix", WRAPPERS)
def test_names_behind_a_wrapper(tmp_path: Path, prefix: str) -> None:
    saved = telling(BertModel(config()))
    assert shows(put(saved, tmp_path, lambda name: prefix + name), saved).head is None


@pytest.mark.parametrize("prefix", ["", "module.", "model._orig_mod."])
def test_the_head_is_found_behind_the_same_wrapper(tmp_path: Path, prefix: str) -> None:
    saved = telling(BertForMaskedLM(config()))
    model = shows(put(saved, tmp_path, lambda name: prefix + name), saved)
    assert model.head == "language"
    torch.testing.assert_close(
        model.network.state_dict()["cls.predictions.transform.dense.weight"],
        saved.cls.predictions.transform.dense.weight,
    )


def test_layers_that_were_compiled_one_by_one(tmp_path: Path) -> None:
    saved = telling(BertModel(config()))
    folder = put(saved, tmp_path, lambda name: "module." + re.sub(r"(layer\.\d+)\.", r"\1._orig_mod.", name))
    shows(folder, saved)


@pytest.mark.parametrize("prefix", ["", "module.", "model."])
def test_a_causal_model_behind_a_wrapper(tmp_path: Path, prefix: str) -> None:
    saved = telling(
        GPT2LMHeadModel(GPT2Config(vocab_size=30522, n_embd=24, n_layer=2, n_head=3, n_positions=64, bos_token_id=101))
    )
    assert shows(put(saved, tmp_path, lambda name: prefix + name), saved).head == "language"


def test_two_networks_in_one_file_are_not_guessed_between(tmp_path: Path) -> None:
    folder = put(telling(BertModel(config())), tmp_path)
    change(
        folder,
        lambda held: {f"{side}.{name}": value.clone() for side in ("query", "passage") for name, value in held.items()},
    )
    with pytest.raises(mh.Problem, match=r"lacks weights .* 39 are not in the file \(embeddings\."):
        mh.load(str(folder))


def test_a_config_that_promises_more_layers(tmp_path: Path) -> None:
    folder = put(BertModel(config()), tmp_path)
    change_config(folder, num_hidden_layers=4)
    # 16 weights a layer: four projections and the two of the feed-forward with a bias each, and two norms.
    with pytest.raises(mh.Problem, match=r"lacks weights .* 32 are not in the file \(encoder\.layer\.2\."):
        mh.load(str(folder))


def test_a_config_that_leaves_layers_out(tmp_path: Path) -> None:
    folder = put(BertModel(config()), tmp_path)
    change_config(folder, num_hidden_layers=1)
    with pytest.raises(mh.Problem, match=r"leaves out: 16 have no place in the network \(encoder\.layer\.1\."):
        mh.load(str(folder))


def test_an_adapter_that_was_not_merged(tmp_path: Path) -> None:
    folder = put(BertModel(config()), tmp_path)
    change(folder, lambda held: held | {"encoder.layer.0.attention.self.query.lora_A.weight": torch.zeros(2, 24)})
    with pytest.raises(mh.Problem, match=r"leaves out: 1 have no place .*lora_A"):
        mh.load(str(folder))


@pytest.mark.parametrize(
    "missing",
    ["embeddings.position_embeddings.weight", "encoder.layer.1.output.dense.bias", "embeddings.LayerNorm.bias"],
)
def test_one_missing_weight(tmp_path: Path, missing: str) -> None:
    folder = put(BertModel(config()), tmp_path)
    change(folder, lambda held: {name: value for name, value in held.items() if name != missing})
    with pytest.raises(mh.Problem, match=rf"1 are not in the file \({re.escape(missing)}\)"):
        mh.load(str(folder))


def test_an_expert_that_is_missing_and_was_not_asked(tmp_path: Path) -> None:
    sizes = T5_SIZES | {
        "num_experts": 4,
        "expert_capacity": 64,
        "num_sparse_encoder_layers": 1,
        "num_sparse_decoder_layers": 1,
    }
    folder = put(SwitchTransformersForConditionalGeneration(SwitchTransformersConfig(**sizes)), tmp_path)
    expert = next(name for name in load_file(folder / "model.safetensors") if "expert_3.wi" in name)
    change(folder, lambda held: {name: value for name, value in held.items() if name != expert})
    with pytest.raises(mh.Problem):
        mh.load(str(folder))


def test_a_pooler_may_be_missing_and_other_heads_left_over(tmp_path: Path) -> None:
    saved = telling(BertModel(config()))
    folder = put(saved, tmp_path)
    extra = {
        "classifier.weight": torch.zeros(3, 24),
        "cls.seq_relationship.bias": torch.zeros(2),
        "bert.embeddings.position_ids": torch.arange(512)[None],
    }
    change(folder, lambda held: {name: value for name, value in held.items() if "pooler" not in name} | extra)
    shows(folder, saved)


def test_masks_that_early_causal_models_saved(tmp_path: Path) -> None:
    sizes = {"hidden_size": 24, "num_layers": 2, "num_heads": 3, "attention_types": [[["global", "local"], 1]]}
    saved = telling(
        GPTNeoForCausalLM(GPTNeoConfig(vocab_size=30522, max_position_embeddings=64, bos_token_id=101, **sizes))
    )
    folder = put(saved, tmp_path)
    masks = {"bias": torch.ones(1, 1, 64, 64, dtype=torch.uint8), "masked_bias": torch.tensor(-1e9)}
    left = {
        f"transformer.h.{layer}.attn.attention.{name}": value.clone()
        for layer in range(2)
        for name, value in masks.items()
    }
    change(folder, lambda held: held | left)
    assert shows(folder, saved).head == "language"


def test_a_bias_that_the_config_leaves_out(tmp_path: Path) -> None:
    sizes = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 16}
    folder = put(
        LlamaForCausalLM(LlamaConfig(vocab_size=30522, bos_token_id=101, attention_bias=True, **sizes)), tmp_path
    )
    change_config(folder, attention_bias=False)
    # Queries, keys, values and the output of two layers.
    with pytest.raises(mh.Problem, match=r"leaves out: 8 have no place .*k_proj\.bias"):
        mh.load(str(folder))


def test_a_head_that_the_file_lacks_is_dropped(tmp_path: Path) -> None:
    saved = telling(BertForSequenceClassification(config()))
    folder = put(saved, tmp_path)
    change(folder, lambda held: {name: value for name, value in held.items() if not name.startswith("classifier")})
    assert shows(folder, saved).head is None


def test_a_head_of_another_size_is_dropped(tmp_path: Path) -> None:
    saved = telling(BertForSequenceClassification(config()))
    folder = put(saved, tmp_path)
    change(folder, lambda held: held | {"classifier.weight": torch.zeros(7, 24)})
    assert shows(folder, saved).head is None


def test_parts_by_an_index_and_what_lies_beside_them(tmp_path: Path) -> None:
    saved = telling(BertModel(config()))
    saved.save_pretrained(put_tokenizer(tmp_path), max_shard_size="1MB")
    parts = sorted(tmp_path.glob("model-*.safetensors"))
    assert len(parts) > 1
    shutil.copy(parts[0], tmp_path / "consolidated.safetensors")
    model = shows(tmp_path, saved)
    assert mh.models.sources.find(str(tmp_path)).size == 4 * sum(value.numel() for value in saved.parameters())
    (tmp_path / "consolidated.safetensors").unlink()
    assert mh.load(str(tmp_path), device="cpu").revision == model.revision
    parts[-1].unlink()
    with pytest.raises(mh.Problem, match=f"{parts[-1].name} of .* is damaged or incomplete"):
        mh.load(str(tmp_path))


def test_sizes_that_differ_are_both_named(tmp_path: Path) -> None:
    folder = put(BertModel(config()), tmp_path)
    change_config(folder, vocab_size=30525)
    with pytest.raises(mh.Problem, match=r"30522 × 24 in the file, and 30525 × 24 by its config\.json"):
        mh.load(str(folder))


@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("prefix", ["", "transformer.", "module."])
def test_an_encoder_of_t5_alone(tmp_path: Path, says: bool, prefix: str) -> None:
    saved = telling(T5EncoderModel(T5Config(**T5_SIZES)))
    folder = put(saved, tmp_path, lambda name: prefix + name)
    change_config(folder, is_encoder_decoder=says)
    model = shows(folder, saved)
    assert (model.stacks, model.head) == (("encoder",), None)


def test_a_whole_t5_stays_whole(tmp_path: Path) -> None:
    saved = telling(T5ForConditionalGeneration(T5Config(**T5_SIZES)))
    model = shows(put(saved, tmp_path), saved)
    assert (model.stacks, model.head) == (("encoder", "decoder", "cross"), "language")


def test_a_bert_that_is_larger_than_its_tokenizer_is_normal(tmp_path: Path) -> None:
    padded = BertConfig(**config().to_dict() | {"vocab_size": 30528})
    saved = telling(BertModel(padded))
    shows(put(saved, tmp_path), saved)
