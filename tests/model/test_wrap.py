"""A network in memory is read as the same network saved and loaded, and stays as it was."""

from pathlib import Path

import numpy as np
import pytest
import torch
from cases import family_named, word_tokenizer
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import PreTrainedModel

import mhattn_core as mh
from mhattn_core.attention.ablation import kinds_of

PAIR = mh.SentencePair("the cat sits on a mat", "it was very tired")


def under_training(name: str, attention: str = "sdpa") -> PreTrainedModel:
    """In training mode, with dropout, and gradients from a step."""
    network = family_named(name).build(attention)
    network.config.attention_dropout = 0.5
    network.train().requires_grad_(True)
    tokens = torch.arange(20, 29)[None]
    network(input_ids=tokens, labels=tokens).loss.backward()
    return network


@pytest.mark.parametrize("name", ["bert", "llama", "gpt2"])
def test_a_network_under_training_is_read_as_its_saved_copy(name: str, tmp_path: Path) -> None:
    network = under_training(name)
    network.save_pretrained(tmp_path)
    word_tokenizer().save_pretrained(tmp_path)
    model, saved = mh.wrap(network, word_tokenizer(), name="mine"), mh.load(str(tmp_path), device="cpu")
    assert (model.name, model.head, model.stacks) == ("mine", saved.head, saved.stacks)
    (stack,) = model.stacks
    ours, theirs = mh.attend(model, PAIR), mh.attend(saved, PAIR)
    np.testing.assert_allclose(ours.pattern(stack), theirs.pattern(stack), atol=1e-6)
    np.testing.assert_allclose(ours.contributions(stack), theirs.contributions(stack), atol=1e-5)
    for kind in kinds_of(model):
        off = {(stack, 0, 2): kind}
        np.testing.assert_allclose(
            mh.attend(model, PAIR, ablate=off).pattern(stack),
            mh.attend(saved, PAIR, ablate=off).pattern(stack),
            atol=1e-6,
        )


def test_it_is_not_changed_and_its_next_step_shows() -> None:
    network, tokenizer = under_training("llama"), word_tokenizer()
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    gradients = [parameter.grad.clone() for parameter in network.parameters()]
    model = mh.wrap(network, tokenizer)
    before = mh.attend(model, PAIR).pattern("decoder")
    assert network.training
    assert network.config._attn_implementation == "sdpa"
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    assert all(torch.equal(one.grad, was) for one, was in zip(network.parameters(), gradients, strict=True))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())
    torch.optim.SGD(network.parameters(), lr=0.5).step()
    after = mh.attend(model, PAIR).pattern("decoder")
    assert np.abs(after - before).max() > 1e-3
    assert mh.wrap(network, tokenizer).revision != model.revision


def test_what_is_put_around_a_network_is_taken_off() -> None:
    network = under_training("llama")
    plain = mh.attend(mh.wrap(network, word_tokenizer()), PAIR).pattern("decoder")
    around = torch.compile(network, backend="eager")
    np.testing.assert_array_equal(mh.attend(mh.wrap(around, word_tokenizer()), PAIR).pattern("decoder"), plain)


def test_adapters_of_peft_count_and_their_projection_is_no_sum_over_heads() -> None:
    network = under_training("llama")
    adapted = get_peft_model(network, LoraConfig(r=2, target_modules=["q_proj", "o_proj"], init_lora_weights=False))
    model = mh.wrap(adapted, word_tokenizer())
    assert not model.attention.gives_contributions
    beside = mh.attend(model, PAIR).pattern("decoder")
    merged = mh.wrap(adapted.merge_and_unload(), word_tokenizer())
    np.testing.assert_allclose(beside, mh.attend(merged, PAIR).pattern("decoder"), atol=1e-5)
    assert merged.attention.gives_contributions


def test_quantised_layers_are_read_and_are_no_projections_of_heads() -> None:
    network = family_named("bert").build("sdpa")
    packed = torch.ao.quantization.quantize_dynamic(network, {nn.Linear}, dtype=torch.qint8)
    model = mh.wrap(packed, word_tokenizer())
    with torch.no_grad():
        packed.set_attn_implementation("eager")
        seen = mh.attend(model, PAIR)
        plain = torch.stack(packed(**seen.inputs, output_attentions=True).attentions)[:, 0]
    np.testing.assert_allclose(seen.pattern("encoder"), plain.numpy(), atol=1e-5)
    assert not model.attention.gives_contributions
    assert model.revision != mh.wrap(network, word_tokenizer()).revision


def test_attention_that_is_not_ours_is_read_by_its_products() -> None:
    """Somebody's own attention in the place of the family's: a softmax of scores, and their product with values."""
    network = family_named("gpt2").build("eager")
    expected = mh.attend(mh.wrap(network, word_tokenizer()), PAIR).pattern("decoder")

    class Own(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.c_attn, self.c_proj = inner.c_attn, inner.c_proj

        def forward(self, states: torch.Tensor, *_rest: object, **_options: object) -> tuple[torch.Tensor, ...]:
            query, key, value = (
                part.unflatten(-1, (4, 8)).transpose(1, 2) for part in self.c_attn(states).split(32, dim=2)
            )
            mask = torch.ones(states.shape[1], states.shape[1], dtype=torch.bool).tril()
            pattern = (query @ key.mT / 8**0.5).masked_fill(~mask, -1e9).softmax(-1)
            return self.c_proj((pattern @ value).transpose(1, 2).flatten(2)), pattern

    for block in network.transformer.h:
        block.attn = Own(block.attn)
    model = mh.wrap(network, word_tokenizer())
    assert (model.attention.reading, model.stacks) == ("products", ("decoder",))
    np.testing.assert_allclose(mh.attend(model, PAIR).pattern("decoder"), expected, atol=1e-5)
    assert model.attention.gives_contributions
    assert not model.attention.gives_values


@pytest.mark.parametrize("dtype", ["bfloat16", torch.float16, torch.float64])
def test_other_precisions(dtype: str | torch.dtype, tmp_path: Path) -> None:
    family_named("llama").build("eager").save_pretrained(tmp_path)
    word_tokenizer().save_pretrained(tmp_path)
    model, usual = mh.load(str(tmp_path), "cpu", dtype=dtype), mh.load(str(tmp_path), "cpu")
    assert model.network.dtype == (torch.bfloat16 if dtype == "bfloat16" else dtype)
    assert model.revision == f"{usual.revision}+{str(dtype).removeprefix('torch.')}"
    seen, plain = mh.attend(model, PAIR), mh.attend(usual, PAIR)
    assert seen.pattern("decoder").dtype == np.float32
    np.testing.assert_allclose(seen.pattern("decoder"), plain.pattern("decoder"), atol=0.1)
    assert seen.contributions("decoder").dtype == seen.value_norms("decoder").dtype == np.float32
    seen.values("decoder", layer=1, head=2)
    for kind in kinds_of(model):
        mh.attend(model, PAIR, ablate={("decoder", 1, 2): kind})


def test_a_network_spread_over_devices_equals_one_that_is_not(tmp_path: Path) -> None:
    family_named("llama").build("eager").save_pretrained(tmp_path)
    word_tokenizer().save_pretrained(tmp_path)
    spread, usual = (mh.load(str(tmp_path), "cpu", device_map=given) for given in ("auto", None))
    np.testing.assert_array_equal(mh.attend(spread, PAIR).pattern("decoder"), mh.attend(usual, PAIR).pattern("decoder"))


def test_what_cannot_be_loaded_so_says_why(tmp_path: Path) -> None:
    from transformers import BitsAndBytesConfig

    family_named("llama").build("eager").save_pretrained(tmp_path / "model")
    word_tokenizer().save_pretrained(tmp_path / "words")
    with pytest.raises(mh.Problem, match="no type of weights"):
        mh.load(str(tmp_path / "model"), dtype="int8")
    with pytest.raises(mh.Problem, match="cannot be quantised here") as problem:
        mh.load(str(tmp_path / "model"), quantization_config=BitsAndBytesConfig(load_in_4bit=True))
    assert "bitsandbytes" in problem.value.remedy
    with pytest.raises(mh.Problem, match="without a tokenizer") as problem:
        mh.load(str(tmp_path / "model"))
    assert "tokenizer=" in problem.value.remedy
    for tokenizer in (word_tokenizer(), str(tmp_path / "words")):
        assert mh.load(str(tmp_path / "model"), "cpu", tokenizer=tokenizer).stacks == ("decoder",)


def test_what_is_no_network_of_transformers() -> None:
    with pytest.raises(mh.Problem, match="no network of transformers: Linear"):
        mh.wrap(nn.Linear(2, 2), word_tokenizer())
    with pytest.raises(mh.Problem, match="random control"):
        mh.wrap(family_named("bert").build("eager"), word_tokenizer(), name="mine@random")
