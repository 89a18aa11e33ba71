"""Networks some of whose layers do not attend: those that do keep their own numbers, and are read as transformers' own
eager attention has them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import torch
from cases import HEADS, SOURCE_LENGTHS, close, model_of, projections_of
from families import Family
from hybrids import ATTENDING, DEPTH, HYBRIDS
from torch import Tensor
from transformers import PreTrainedModel

import mhattn_core as mh
from mhattn_core.attention.ablation import Ablation, switch_off
from mhattn_core.tap.interface import Call, implementation_for
from mhattn_core.tap.survey import AttentionMap, survey

PAIR = mh.SentencePair("the cat sits on a mat", "it was very tired")
HEAD = 2


@dataclass(frozen=True, eq=False)
class Hybrid:
    family: Family
    tapped: PreTrainedModel
    eager: PreTrainedModel
    attention: AttentionMap
    attending: tuple[int, ...]


@cache
def hybrid(name: str) -> Hybrid:
    family, attending = next((one, layers) for one, layers in HYBRIDS if one.name == name)
    tapped = family.build(implementation_for(family.network_class()))
    return Hybrid(family, tapped, family.build("eager"), survey(tapped), attending)


@pytest.fixture(params=[family.name for family, _layers in HYBRIDS])
def case(request: pytest.FixtureRequest) -> Hybrid:
    return hybrid(request.param)


def batch(lengths: tuple[int, ...] = SOURCE_LENGTHS) -> dict[str, Tensor]:
    words = torch.randint(5, 120, (len(lengths), max(lengths)), generator=torch.Generator().manual_seed(1))
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
    return {"input_ids": words * mask, "attention_mask": mask}


@torch.no_grad()
def run(network: PreTrainedModel, inputs: dict[str, Tensor]) -> Tensor:
    return network(**inputs, use_cache=False)[0]


def watch(case: Hybrid, inputs: dict[str, Tensor], ablate: Ablation | None = None) -> tuple[list[Call], Tensor]:
    calls: list[Call] = []

    def see(call: Call) -> Tensor:
        calls.append(call)
        return switch_off(call, ablate or {})

    with case.attention.watching(see):
        return calls, run(case.tapped, inputs)


def test_attending_layers_keep_their_numbers(case: Hybrid) -> None:
    assert case.attention.stacks == ("decoder",)
    assert case.attention.layers("decoder") == case.eager.config.get_text_config().num_hidden_layers
    assert case.attention.attending("decoder") == case.attending
    assert case.attention.heads("decoder") == HEADS
    heads = [(head.layer, head.head) for head in case.attention.all_heads()]
    assert heads == [(layer, head) for layer in case.attending for head in range(HEADS)]
    calls, _logits = watch(case, batch())
    assert tuple(call.layer for call in calls) == case.attending
    named = projections_of(case.family, case.tapped, "decoder")
    found = [case.attention.sites["decoder"][layer].projection for layer in case.attending]
    assert set(found) <= set(named)


@torch.no_grad()
def test_patterns_and_outputs_equal_eager(case: Hybrid) -> None:
    inputs = batch()
    real = inputs["attention_mask"].bool()
    calls, logits = watch(case, inputs)
    plain = case.eager(**inputs, output_attentions=True, use_cache=False)
    shape = (len(real), HEADS, real.shape[1], real.shape[1])
    # Some families list what other layers make, too.
    patterns = [pattern for pattern in plain.attentions if pattern is not None and pattern.shape == shape]
    assert len(patterns) == len(calls)
    for call, pattern in zip(calls, patterns, strict=True):
        close(call.pattern.transpose(1, 2)[real], pattern.transpose(1, 2)[real])
        assert pattern.transpose(1, 2)[real].std() > 0.005
    close(logits[real], plain[0][real])
    close(run(case.tapped, inputs)[real], plain[0][real])


def test_a_padded_batch_equals_each_row_alone(case: Hybrid) -> None:
    together, _logits = watch(case, batch())
    for row, length in enumerate(SOURCE_LENGTHS):
        alone, _logits = watch(case, {name: tensor[row : row + 1, :length] for name, tensor in batch().items()})
        for one, other in zip(alone, together, strict=True):
            close(other.pattern[row, :, :length, :length], one.pattern[0])


@pytest.mark.parametrize("layer", [0, -1])
def test_a_head_that_is_off_gives_nothing_to_its_projection(case: Hybrid, layer: int) -> None:
    inputs, number = batch((9,)), case.attending[layer]
    seen: list[Tensor] = []
    projection = case.attention.sites["decoder"][number].projection
    assert projection is not None
    _calls, intact = watch(case, inputs)
    handle = projection.register_forward_pre_hook(lambda _module, given: seen.append(given[0]))
    try:
        _calls, without = watch(case, inputs, {("decoder", number, HEAD): "zero"})
    finally:
        handle.remove()
    # A projection that several layers share is given each layer's heads in turn.
    own = seen[layer] if len(seen) > 1 else seen[0]
    by_head = own.reshape(1, 9, HEADS, -1)
    assert not by_head[:, :, HEAD].any()
    assert by_head[:, :, HEAD - 1].any()
    assert (without - intact).abs().max() > 1e-3


def test_what_is_read_of_a_pair(case: Hybrid) -> None:
    model = model_of(case.family)
    seen = mh.attend(model, PAIR)
    pattern, layers = seen.pattern("decoder"), case.attention.layers("decoder")
    others = [layer for layer in range(layers) if layer not in case.attending]
    assert len(pattern) == len(seen.words("decoder").pattern) == layers
    assert np.isnan(pattern[others]).all()
    total = pattern[list(case.attending)].sum(-1)
    assert (total <= 1 + 1e-5).all()
    if not any(name.endswith("sinks") for name, _parameter in model.network.named_parameters()):
        np.testing.assert_allclose(total, 1, atol=1e-5)
    seen.values("decoder", layer=case.attending[-1], head=HEAD)
    added = seen.contributions("decoder")
    assert np.isnan(added[others]).all()
    assert np.isfinite(added[list(case.attending)]).all()
    for layer in others[:1]:
        with pytest.raises(mh.Problem, match=f"Layer L{layer} of “.*” has no attention"):
            mh.attend(model, PAIR, ablate={("decoder", layer, 0): "zero"})


def test_generating_on_the_tap_equals_generating_on_eager(case: Hybrid) -> None:
    if not case.tapped.can_generate():
        pytest.skip("transformers has no language head for it")
    inputs = batch((9,))
    ours, plain = (
        network.generate(**inputs, max_new_tokens=3, num_beams=1, do_sample=False)
        for network in (case.tapped, case.eager)
    )
    assert torch.equal(ours, plain)


def test_the_two_that_attend_are_not_the_first_two() -> None:
    """Else a number that is counted among them would pass for a true one."""
    assert not set(ATTENDING) & set(range(len(ATTENDING)))
    assert max(ATTENDING) < DEPTH
