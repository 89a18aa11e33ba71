"""The tap on tiny random networks of every family, against the same networks on transformers' own eager attention."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import torch
from cases import (
    HEAD,
    HEADS,
    PADDINGS,
    SOURCE_LENGTHS,
    TARGET_LENGTHS,
    Case,
    Inputs,
    batch,
    before_projection,
    case_of,
    close,
    eager_patterns,
    family_named,
    patterns_are_eager,
    projections,
    real_logits,
    real_queries,
    run,
    watch,
)
from families import BEFORE_A_NORM, NOT_ONE_PATTERN, READABLE, Family
from torch import Tensor
from transformers.pytorch_utils import Conv1D

from mhattn_core.attention.ablation import Ablation, Kind
from mhattn_core.errors import Problem
from mhattn_core.tap.interface import WITH_SDPA, implementation_for
from mhattn_core.tap.survey import survey


@pytest.fixture(scope="module", params=READABLE, ids=lambda family: family.name)
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


def test_the_survey_finds_every_layer_and_its_projection(case: Case) -> None:
    assert case.attention.stacks == tuple(case.family.projections)
    for stack, sites in case.attention.sites.items():
        assert [site.heads for site in sites] == [HEADS] * case.layers(stack)
        found, named = [site.projection for site in sites], projections(case, case.tapped, stack)
        assert len(named) == len(found)
        assert all(module is name for module, name in zip(found, named, strict=True))


def test_a_projection_of_something_else_is_not_taken_for_w_o() -> None:
    """BitNet normalises all heads together before it projects: no head has a contribution of its own."""
    attention = survey(BEFORE_A_NORM.build(implementation_for(BEFORE_A_NORM.network_class())))
    assert [site.projection for site in attention.sites["decoder"]] == [None, None, None]


@pytest.mark.parametrize("padding", PADDINGS)
def test_watched_patterns_equal_eager(case: Case, padding: str) -> None:
    inputs = batch(case, padding)
    calls, logits = watch(case, inputs)
    patterns_are_eager(case, inputs, calls)
    close(real_logits(case, logits, inputs), real_logits(case, run(case.eager, inputs), inputs))


@pytest.mark.parametrize("padding", PADDINGS)
def test_unwatched_output_equals_eager(case: Case, padding: str) -> None:
    inputs = batch(case, padding)
    close(real_logits(case, run(case.tapped, inputs), inputs), real_logits(case, run(case.eager, inputs), inputs))


@pytest.mark.parametrize("name", ["gemma2 window", "gpt_oss"])
def test_soft_caps_and_sinks_never_reach_sdpa(name: str) -> None:
    """Even if a class declared SDPA for them: it refuses the one and silently ignores the other."""
    case = case_of(family_named(name))
    network = case.family.build(WITH_SDPA)
    inputs = batch(case, "right")
    close(real_logits(case, run(network, inputs), inputs), real_logits(case, run(case.eager, inputs), inputs))


def test_no_mask_means_that_every_key_is_visible() -> None:
    """As to the eager function. SDPA would ask the module, and some modules do not know that they are bidirectional."""
    case = case_of(family_named("bert"))
    for module in case.tapped.modules():
        if hasattr(module, "is_causal"):
            module.is_causal = True
    inputs = batch(case, "none")
    close(run(case.tapped, inputs), run(case.eager, inputs))


def test_batched_equals_single(case: Case) -> None:
    batched, logits = watch(case, batch(case, "right"))
    for row in range(len(SOURCE_LENGTHS)):
        lengths = {"": SOURCE_LENGTHS[row], "decoder_": TARGET_LENGTHS[row]}
        alone = {
            name: tensor[row : row + 1, : lengths["decoder_" if name.startswith("decoder_") else ""]]
            for name, tensor in batch(case, "right").items()
        }
        single, single_logits = watch(case, alone)
        close(logits[row, : single_logits.shape[1]], single_logits[0])
        for stack, calls in single.items():
            for call, together in zip(calls, batched[stack], strict=True):
                queries, keys = call.pattern.shape[2:]
                close(together.pattern[row, :, :queries, :keys], call.pattern[0])
                assert not together.pattern[row, :, :queries, keys:].any()


def test_generating_on_the_tap_equals_generating_on_eager(case: Case) -> None:
    """With a cache, where one query meets many keys."""
    if not case.tapped.can_generate():
        pytest.skip("the family has no class that generates")
    source = {name: tensor for name, tensor in batch(case, "left").items() if not name.startswith("decoder_")}
    ours, plain = (
        network.generate(
            **source, max_new_tokens=4, num_beams=1, do_sample=False, output_logits=True, return_dict_in_generate=True
        )
        for network in (case.tapped, case.eager)
    )
    assert torch.equal(ours.sequences, plain.sequences)
    close(torch.stack(ours.logits), torch.stack(plain.logits))


def test_a_call_holds_all_that_makes_its_pattern(case: Case) -> None:
    """Queries, keys, values and options, put together by hand, give the pattern and the output."""
    calls, _logits = watch(case, batch(case, "right"))
    for stack, stack_calls in calls.items():
        real = real_queries(case, stack, batch(case, "right"))
        for call in stack_calls:
            groups = HEADS // call.key.shape[1]
            key, value = (tensor.repeat_interleave(groups, dim=1) for tensor in (call.key, call.value))
            scores = call.query @ key.transpose(2, 3) * (call.options.get("scaling") or call.query.shape[-1] ** -0.5)
            softcap, bias, sinks = (call.options.get(name) for name in ("softcap", "position_bias", "s_aux"))
            scores = scores if softcap is None else softcap * torch.tanh(scores / softcap)
            scores = scores if bias is None else scores + bias
            scores = scores if call.mask is None else scores + call.mask
            if sinks is not None:
                scores = torch.cat([scores, sinks.view(1, HEADS, 1, 1).expand(*scores.shape[:3], 1)], dim=-1)
            pattern = scores.softmax(dim=-1)[..., : key.shape[2]]
            close(call.pattern.transpose(1, 2)[real], pattern.transpose(1, 2)[real])
            close(call.output[real], (pattern @ value).transpose(1, 2)[real])


def test_contributions_sum_to_the_projections_output(case: Case) -> None:
    outputs: dict[str, list[Tensor]] = {stack: [] for stack in case.attention.stacks}
    handles = [
        module.register_forward_hook(lambda _module, _inputs, output, stack=stack: outputs[stack].append(output))
        for stack in case.attention.stacks
        for module in {site.projection for site in case.attention.sites[stack]}
    ]
    try:
        calls, _logits = watch(case, batch(case, "none"))
    finally:
        for handle in handles:
            handle.remove()
    for stack, sites in case.attention.sites.items():
        for site, call, output in zip(sites, calls[stack], outputs[stack], strict=True):
            weight = site.projection.weight.T if isinstance(site.projection, Conv1D) else site.projection.weight
            per_head = weight.unflatten(1, (HEADS, -1))
            contributions = torch.stack([call.output[:, :, head] @ per_head[:, head].T for head in range(HEADS)])
            total = contributions.sum(0)
            total = total if site.projection.bias is None else total + site.projection.bias
            close(total, output, 1e-4)


@pytest.mark.parametrize("kind", ["zero", "mean", "uniform"])
def test_ablation_equals_one_done_by_hand(case: Case, kind: Kind) -> None:
    """By hand: the head's slice of what the eager network's own projection is given, replaced."""
    inputs = batch(case, "none")
    intact = run(case.eager, inputs)
    calls, _logits = watch(case, inputs)
    for stack, patterns in eager_patterns(case, inputs).items():
        layer = (case.layers(stack) - 1) // 2
        pattern = patterns[layer][:, HEAD]
        value = calls[stack][layer].value.repeat_interleave(HEADS // calls[stack][layer].value.shape[1], dim=1)[:, HEAD]

        def replace(fed: Tensor, pattern: Tensor = pattern, value: Tensor = value) -> Tensor:
            changed = fed.clone()
            part = changed.unflatten(-1, (HEADS, -1))[:, :, HEAD]
            # The value is the tap's; here it is shown to be what the eager network mixed.
            close(pattern @ value, part)
            visible = (pattern > 0).float()
            part[:] = {
                "zero": torch.zeros_like(part),
                "mean": part.mean(1, keepdim=True).expand_as(part),
                "uniform": visible / visible.sum(-1, keepdim=True) @ value,
            }[kind]
            return changed

        with before_projection(case, stack, layer, replace):
            expected = run(case.eager, inputs)
        ablated_calls, ablated = watch(case, inputs, {(stack, layer, HEAD): kind})
        close(ablated, expected)
        assert (ablated - intact).abs().max() > 1e-3
        close(ablated_calls[stack][layer].output, calls[stack][layer].output, 0)


@pytest.mark.parametrize("family", NOT_ONE_PATTERN, ids=lambda family: family.name)
def test_attention_in_windows_is_refused(family: Family) -> None:
    network = family.build(implementation_for(family.network_class()))
    with pytest.raises(Problem, match=re.escape(family.model_type)):
        survey(network)


@pytest.mark.parametrize("name", ["llama", "albert", "gpt_oss window", "bart"])
def test_twenty_threads_on_one_network(name: str) -> None:
    """Some watch, some ablate, some do neither, on inputs of different shapes: each gets what it would get alone."""
    case = case_of(family_named(name))
    stack = case.attention.stacks[-1]
    tasks: dict[str, Callable[[Inputs], list[Tensor]]] = {
        "bare": lambda inputs: [run(case.tapped, inputs)],
        "watched": lambda inputs: seen(inputs, {}),
        "ablated": lambda inputs: seen(inputs, {(stack, 0, HEAD): "zero"}),
        "averaged": lambda inputs: seen(inputs, {(stack, 1, 0): "uniform"}),
    }

    def seen(inputs: Inputs, ablate: Ablation) -> list[Tensor]:
        calls, logits = watch(case, inputs, ablate)
        return [logits, *(call.pattern for stack_calls in calls.values() for call in stack_calls)]

    inputs = [{part: tensor[:rows] for part, tensor in batch(case, "right").items()} for rows in (1, 2, 3)]
    alone = {(task, number): do(inputs[number]) for task, do in tasks.items() for number in range(len(inputs))}
    together = Barrier(20)

    def work(thread: int) -> list[tuple[tuple[str, int], list[Tensor]]]:
        together.wait()
        # Each thread starts elsewhere, so that all tasks run beside one another.
        order = [*alone, *alone][thread % len(alone) :][:6]
        return [((task, number), tasks[task](inputs[number])) for task, number in order]

    with ThreadPoolExecutor(20) as pool:
        for results in pool.map(work, range(20)):
            for key, tensors in results:
                for ours, expected in zip(tensors, alone[key], strict=True):
                    close(ours, expected, 1e-6)
