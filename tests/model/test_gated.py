"""Families that multiply what each head gives by a gate before W_O: a head's contribution holds its gate."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from cases import model_of, word_tokenizer
from families import GROUPED, causal
from hybrids import HYBRIDS
from torch import Tensor, nn
from transformers import Qwen3NextForCausalLM

import mhattn_core as mh
from mhattn_core.attention.ablation import Ablation
from mhattn_core.attention.alignment_weights import alignment_weightings
from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.models.wrap import wrap
from mhattn_core.tap.interface import implementation_for
from mhattn_core.tap.survey import survey

GATED = (
    "qwen3_next",
    "qwen3_5_text",
    "qwen3_5",
    "qwen3_5_moe_text",
    "qwen4_exp_text",
    "bailing_hybrid",
    "lfm3",
    "hrm_text",
    "hy_v4",
)
PAIR = mh.SentencePair("the cat sits on a mat", "it was very tired")


def gated_model(name: str) -> mh.Model:
    return model_of(next(family for family, _attending in HYBRIDS if family.name == name))


@contextmanager
def kept(modules: list[nn.Module]) -> Iterator[list[tuple[Tensor, Tensor]]]:
    """What each module is given and gives, in the order of calls."""
    seen: list[tuple[Tensor, Tensor]] = []
    handles = [
        module.register_forward_hook(lambda _module, given, gave: seen.append((given[0][0], gave[0])))
        for module in dict.fromkeys(modules)
    ]
    yield seen
    for handle in handles:
        handle.remove()


@torch.no_grad()
def run(model: mh.Model, seen: mh.AttentionResult) -> list[tuple[Tensor, Tensor]]:
    """Of plain transformers' own eager forward on the same inputs, what each layer's W_O is given and gives."""
    sites = model.attention.sites["decoder"]
    with kept([site.projection for site in sites if site.projection is not None]) as ran:
        model.network(**seen.inputs)
    return ran


@pytest.mark.parametrize("name", GATED)
def test_the_heads_with_their_gates_sum_to_what_the_layer_writes(name: str) -> None:
    model = gated_model(name)
    attending = model.attention.attending("decoder")
    assert all(model.attention.sites["decoder"][layer].gated for layer in attending)
    seen = mh.attend(model, PAIR)
    added = seen.contributions("decoder")
    ran = run(model, seen)
    assert len(ran) == len(attending)
    for layer, (given, gave) in zip(attending, ran, strict=True):
        np.testing.assert_allclose(added[layer].sum(axis=0), gave.numpy(), atol=1e-5)
        values = seen.values("decoder", layer=layer, head=1)
        by_head = given.reshape(len(given), model.attention.heads("decoder"), -1)[:, 1].numpy()
        # The gate is there, and it is no norm: each dimension is multiplied by less than one, the sign kept.
        assert np.abs(by_head - values.output).max() > 1e-4
        assert (np.sign(by_head) == np.sign(values.output)).all()


@pytest.mark.parametrize("name", GATED)
@pytest.mark.parametrize("kind", ["zero", "mean"])
def test_a_head_that_is_off_is_off_behind_its_gate(name: str, kind: str) -> None:
    model = gated_model(name)
    layer = model.attention.attending("decoder")[-1]
    intact = mh.attend(model, PAIR).contributions("decoder")
    off: Ablation = {("decoder", layer, 2): kind}  # type: ignore[dict-item]
    without = mh.attend(model, PAIR, ablate=off).contributions("decoder")
    assert np.abs(without[layer, 2]).max() == 0 if kind == "zero" else np.abs(without[layer, 2]).max() > 0
    np.testing.assert_allclose(without[layer, [0, 1, 3]], intact[layer, [0, 1, 3]], atol=1e-6)
    assert np.abs(without[layer, 2] - intact[layer, 2]).max() > 1e-4


def test_what_a_run_keeps_of_a_word_is_what_a_pair_says() -> None:
    model = gated_model("qwen3_next")
    stack = word_outputs(model, [PAIR])["decoder"]
    seen = mh.attend(model, PAIR)
    side, word = stack.words[0]
    axis = seen.words("decoder").query_axis
    place = [number for number, own in enumerate(axis.sides) if own == "ab"[side]][word]
    expected = axis.averaged(seen.contributions("decoder")[list(stack.layers)])[..., place, :]
    heads = model.attention.heads("decoder")
    for number, through in enumerate(stack.projections):
        own = stack.outputs[number * heads : (number + 1) * heads, 0]
        np.testing.assert_allclose(torch.einsum("hd,hdm->hm", own, through).numpy(), expected[number], atol=1e-5)


def test_a_value_behind_a_gate_has_no_one_length() -> None:
    model = gated_model("qwen3_next")
    assert alignment_weightings(model) == ("pattern",)
    with pytest.raises(mh.Problem, match="a gate multiplies what each head gives"):
        mh.attend(model, PAIR).value_norms("decoder")


def test_heads_that_are_normalised_together_are_no_sum() -> None:
    """BitNet: what one head adds depends on the others, so that it is not said."""
    model = model_of(causal("bitnet", {}, GROUPED))
    assert not model.attention.gives_contributions
    with pytest.raises(mh.Problem, match="no projection of the heads' own outputs"):
        mh.attend(model, PAIR).contributions("decoder")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_gates_and_norms_are_told_apart_in_half_precision(dtype: torch.dtype) -> None:
    gated, _attending = next(one for one in HYBRIDS if one[0].name == "qwen3_next")
    for family, found in ((gated, True), (causal("bitnet", {}, GROUPED), False)):
        network = family.build(implementation_for(family.network_class())).to(dtype)
        assert survey(network).gives_contributions is found


def test_a_gated_network_is_left_as_it_was() -> None:
    network = gated_model("qwen3_next").network
    assert isinstance(network, Qwen3NextForCausalLM)
    before = {name: len(module._forward_pre_hooks) for name, module in network.named_modules()}
    model = wrap(network, word_tokenizer())
    assert model.attention.gives_contributions
    assert {name: len(module._forward_pre_hooks) for name, module in network.named_modules()} == before
