"""BASE+ADAPTER is what peft makes of the two, and shows on Difference what fine-tuning changed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from cases import family_named, word_tokenizer
from loaded import loaded
from peft import LoraConfig, PeftModel, VeraConfig, get_peft_model
from run_pairs import made_pairs
from transformers import AutoModel

import mhattn_core as mh
from mhattn_core.models.adapter_names import split_adapter
from mhattn_core.models.catalogue import entries
from mhattn_core.models.convert import convert
from mhattn_core.models.short_names import short_names

PAIR = mh.SentencePair("the cat sits on a mat", "it was very tired")

LORAS: dict[str, tuple[str, dict[str, Any]]] = {
    "lora": ("llama", {"target_modules": ["q_proj", "o_proj"]}),
    "rank-stabilised": ("llama", {"target_modules": ["k_proj"], "use_rslora": True}),
    "dora": ("llama", {"target_modules": ["q_proj", "v_proj"], "use_dora": True}),
    "ranks and alphas of their own": (
        "llama",
        {
            "target_modules": ["q_proj", "v_proj"],
            "rank_pattern": {"v_proj": 5},
            "alpha_pattern": {"1.self_attn.q_proj": 9},
        },
    ),
    "some layers": ("llama", {"target_modules": ["q_proj"], "layers_to_transform": [1]}),
    "conv1d": ("gpt2", {"target_modules": ["c_attn", "c_proj"], "fan_in_fan_out": True}),
    "conv1d dora": ("gpt2", {"target_modules": ["c_attn"], "fan_in_fan_out": True, "use_dora": True}),
    "biases": ("bert", {"target_modules": ["query", "value"], "bias": "all"}),
    "whole modules": ("bert", {"target_modules": ["query"], "modules_to_save": ["key"]}),
}


def put_base(folder: Path, family: str) -> Path:
    family_named(family).build("eager").save_pretrained(folder)
    word_tokenizer().save_pretrained(folder)
    return folder


def put_adapter(folder: Path, base: Path, family: str, **settings: Any) -> Path:
    """An adapter with matrices as after training: none of them is 0."""
    network = family_named(family).build("eager")
    network.name_or_path = str(base)
    torch.manual_seed(1)
    adapted = get_peft_model(network, LoraConfig(**{"r": 3, "lora_alpha": 7, "init_lora_weights": False} | settings))
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "modules_to_save" in name or (name.endswith("bias") and settings.get("bias") == "all"):
                weight.add_(0.1)
    adapted.peft_config["default"].base_model_name_or_path = str(base)
    adapted.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("kind", LORAS)
def test_it_equals_the_network_that_peft_merges(kind: str, tmp_path: Path) -> None:
    family, settings = LORAS[kind]
    base = put_base(tmp_path / "base", family)
    adapter = put_adapter(tmp_path / "adapter", base, family, **settings)
    plain = family_named(family).build("eager")
    merged = PeftModel.from_pretrained(plain, adapter).merge_and_unload().state_dict()
    model, alone = mh.load(f"{base}+{adapter}", "cpu"), mh.load(str(adapter), "cpu")
    before = mh.load(str(base), "cpu")
    changed = 0
    for name, weight in model.network.state_dict().items():
        torch.testing.assert_close(weight, merged[name], atol=1e-5, rtol=0)
        changed += not torch.equal(weight, before.network.state_dict()[name])
    assert changed
    stack = model.stacks[0]
    seen = mh.attend(model, PAIR).pattern(stack)
    assert np.abs(seen - mh.attend(before, PAIR).pattern(stack)).max() > 1e-3
    np.testing.assert_array_equal(mh.attend(alone, PAIR).pattern(stack), seen)
    assert model.revision.startswith(f"{before.revision}+")
    assert alone.revision == model.revision


def test_a_lora_of_minilm_shows_its_heads_on_difference(tmp_path: Path) -> None:
    """Trained for a few steps, on queries of the first layer alone: there, and nowhere below it, patterns change."""
    path = entries()["minilm"].path()
    network = AutoModel.from_pretrained(path)
    settings = LoraConfig(r=4, target_modules=["query"], layers_to_transform=[1])
    torch.manual_seed(0)
    adapted = get_peft_model(network, settings)
    tokenizer = loaded("minilm").tokenizer
    batch = tokenizer(["the cat sleeps", "rain fell on quiet villages"], padding=True, return_tensors="pt")
    optimiser = torch.optim.Adam([one for one in adapted.parameters() if one.requires_grad], lr=0.05)
    for _step in range(4):
        loss = adapted(**batch).last_hidden_state[:, 0].square().sum()
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    adapted.save_pretrained(tmp_path / "tuned")
    name = f"minilm+{tmp_path / 'tuned'}"
    tuned = mh.load(name, "cpu")
    merged = adapted.merge_and_unload().state_dict()
    for key, weight in tuned.network.state_dict().items():
        torch.testing.assert_close(weight, merged[key], atol=1e-5, rtol=0)
    # Without documents each pair is resampled by itself; an interval takes thirty of them.
    pairs = [record.pair for record in made_pairs(40)]
    run = mh.analyze([loaded("minilm"), tuned], pairs, out=tmp_path / "run")
    table = run.difference("minilm", name)
    rows = table[(table["measure"] == "entropy") & (table["group"] == "")]
    below, tuned_layer = rows[rows["layer"] == 0], rows[rows["layer"] == 1]
    np.testing.assert_allclose(below["value"], 0, atol=1e-6)
    assert ((tuned_layer["low"] > 0) | (tuned_layer["high"] < 0)).any()
    finding = mh.finding(run, "difference_grid", before="minilm", after=name)
    assert len(finding.table.dropna(subset=["value", "low"])) == 72


def test_an_adapter_of_a_classifier_leaves_its_head_out(tmp_path: Path) -> None:
    from transformers import BertForSequenceClassification

    base = put_base(tmp_path / "base", "bert")
    config = family_named("bert").config()
    adapted = get_peft_model(
        BertForSequenceClassification(config),
        LoraConfig(r=2, target_modules=["query"], task_type="SEQ_CLS", init_lora_weights=False),
    )
    adapted.save_pretrained(tmp_path / "adapter")
    assert mh.load(f"{base}+{tmp_path / 'adapter'}", "cpu").stacks == ("encoder",)


def change(folder: Path, **settings: object) -> Path:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    return folder


def test_what_cannot_be_added_says_why(tmp_path: Path) -> None:
    base = put_base(tmp_path / "base", "llama")
    adapter = put_adapter(tmp_path / "adapter", base, "llama", target_modules=["q_proj"])
    narrow = put_base(tmp_path / "bert", "bert")

    def refused(name: str) -> mh.Problem:
        with pytest.raises(mh.Problem) as problem:
            mh.load(name, "cpu")
        return problem.value

    assert "does not fit this base model (BertForMaskedLM)" in refused(f"{narrow}+{adapter}").happened
    assert f"{base}+ADAPTER" in refused(f"{narrow}+{adapter}").remedy
    assert "is no adapter" in refused(f"{base}+{narrow}").happened
    network = family_named("llama").build("eager")
    get_peft_model(network, VeraConfig(r=2, target_modules=["q_proj"])).save_pretrained(tmp_path / "vera")
    assert "its method is VERA" in refused(f"{base}+{tmp_path / 'vera'}").happened
    assert "it uses lora_bias" in refused(f"{base}+{change(adapter, lora_bias=True)}").happened
    change(adapter, lora_bias=False, base_model_name_or_path="/nowhere/base")
    assert "was trained on “/nowhere/base”, which cannot be had here" in refused(str(adapter)).happened
    assert f"BASE+{adapter}" in refused(str(adapter)).remedy
    weights = adapter / "adapter_model.safetensors"
    torch.save({"base_model.model.x": torch.zeros(1)}, adapter / "adapter_model.bin")
    weights.unlink()
    assert "pickle" in refused(f"{base}+{adapter}").happened
    assert (convert(adapter) / "adapter_model.safetensors").is_file()


def test_weights_that_another_layer_shares_are_refused(tmp_path: Path) -> None:
    """Added to one, they would change both: GPT-2 reads words with the weights that it writes them with."""
    base = put_base(tmp_path / "base", "gpt2")
    adapter = put_adapter(tmp_path / "adapter", base, "gpt2", target_modules=["wte"])
    with pytest.raises(mh.Problem, match="whose weights another layer shares"):
        mh.load(f"{base}+{adapter}", "cpu")


def test_names(tmp_path: Path) -> None:
    plus = tmp_path / "a+b"
    assert split_adapter("minilm+/x/tuned") == ("minilm", "/x/tuned")
    assert split_adapter(str(plus)) == (f"{tmp_path}/a", "b")
    plus.mkdir()
    assert split_adapter(str(plus)) == (str(plus), "")
    assert split_adapter("gpt2") == ("gpt2", "")
    names = ["minilm", "minilm+/x/tuned", "/y/base+org/adapter"]
    assert short_names(names) == {"minilm+/x/tuned": "minilm+tuned", "/y/base+org/adapter": "base+adapter"}
