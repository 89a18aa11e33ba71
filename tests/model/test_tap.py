"""The tap on tiny random networks of every family, against the same networks on transformers' own eager attention."""

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Barrier

import pytest
import torch
from families import BEFORE_A_NORM, NOT_ONE_PATTERN, OUT_OF_REACH, READABLE, Family
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from mhattn_core.attention.ablation import HeadId, Kind, switch_off
from mhattn_core.errors import Problem
from mhattn_core.tap import AttentionMap, Call, implementation_for, survey, watching
from mhattn_core.tap.interface import WITH_SDPA

# Rows of unequal length, the longest source beside a short target: a pattern with swapped axes cannot pass.
SOURCE_LENGTHS, TARGET_LENGTHS = (9, 5, 7), (4, 7, 3)
# A causal family makes its mask with or without one; a bidirectional one passes none on when nothing is padded.
PADDINGS = ("no mask", "none", "right", "left")
LAYERS = {"encoder": 3, "decoder": 2, "cross": 2}
HEADS = 4
# Of two key/value heads, head 2 reads the second, by division; by remainder it would be the first.
HEAD = 2

ATTENTIONS = {"encoder": "encoder_attentions", "decoder": "decoder_attentions", "cross": "cross_attentions"}

Inputs = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Case:
    """One family twice, with the same weights: on the tap, and on eager attention."""

    family: Family
    tapped: PreTrainedModel
    eager: PreTrainedModel
    attention: AttentionMap

    @property
    def is_pair(self) -> bool:
        return "cross" in self.family.projections

    def layers(self, stack: str) -> int:
        return LAYERS[stack] if self.is_pair else 3


def family_named(name: str) -> Family:
    return next(family for family in READABLE if family.name == name)


def case_of(family: Family) -> Case:
    tapped = family.build(implementation_for(family.network_class()))
    return Case(family, tapped, family.build("eager"), survey(tapped))


@pytest.fixture(scope="module", autouse=True)
def _one_core_each() -> Iterator[None]:
    """Tensors this small only lose time to threads that wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=READABLE, ids=lambda family: family.name)
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


def batch(case: Case, padding: str) -> Inputs:
    """Random words, the same for each padding, with none of the special tokens among them."""
    inputs = _side(SOURCE_LENGTHS, padding, seed=1)
    if case.is_pair:
        inputs |= {f"decoder_{name}": tensor for name, tensor in _side(TARGET_LENGTHS, padding, seed=2).items()}
    return inputs


def _side(lengths: tuple[int, ...], padding: str, seed: int) -> Inputs:
    """Token ids of unequal lengths, 0 where padded, and their mask."""
    longest = max(lengths)
    words = torch.randint(5, 120, (len(lengths), longest), generator=torch.Generator().manual_seed(seed))
    mask = torch.ones_like(words)
    if padding in ("right", "left"):
        mask = (torch.arange(longest) < torch.tensor(lengths)[:, None]).long()
        mask = mask.flip(1) if padding == "left" else mask
    return {"input_ids": words * mask} | ({} if padding == "no mask" else {"attention_mask": mask})


def real_queries(case: Case, stack: str, inputs: Inputs) -> Tensor:
    """``[batch, query]``: what a padded position attends to or says is nobody's business."""
    side = "decoder_" if case.is_pair and stack != "encoder" else ""
    return inputs[f"{side}input_ids"] > 0


def real_logits(case: Case, logits: Tensor, inputs: Inputs) -> Tensor:
    return logits[real_queries(case, "decoder" if case.is_pair else "encoder", inputs)]


@torch.no_grad()
def run(network: PreTrainedModel, inputs: Inputs) -> Tensor:
    return network(**inputs).logits


@torch.no_grad()
def watch(case: Case, inputs: Inputs, ablate: Mapping[HeadId, Kind] | None = None) -> tuple[dict[str, list[Call]], Tensor]:
    """The calls of each stack in order of layers, and the logits."""
    calls: dict[str, list[Call]] = {stack: [] for stack in case.attention.stacks}

    def watcher(call: Call) -> Tensor:
        assert call.layer == len(calls[call.stack])
        calls[call.stack].append(call)
        return switch_off(call, ablate or {})

    with watching(case.attention.stack_of, watcher):
        return calls, run(case.tapped, inputs)


@torch.no_grad()
def eager_patterns(case: Case, inputs: Inputs) -> dict[str, tuple[Tensor, ...]]:
    output = case.eager(**inputs, output_attentions=True)
    return {stack: output[ATTENTIONS[stack] if case.is_pair else "attentions"] for stack in case.family.projections}


def projections(case: Case, network: PreTrainedModel, stack: str) -> list[nn.Module]:
    """The output projection of each layer, by name."""
    ending = re.compile(rf"(^|.*\.){case.family.projections[stack]}")
    found = [module for path, module in network.named_modules() if ending.fullmatch(path)]
    # ALBERT's layers share one.
    return found * case.layers(stack) if len(found) == 1 else found


@contextmanager
def before_projection(case: Case, stack: str, layer: int, see: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    """Show what one layer's output projection is given in the next eager forward; what ``see`` returns replaces it."""
    layers = projections(case, case.eager, stack)
    calls = count()
    wanted = layer if layers.count(layers[0]) > 1 else 0

    def hook(_module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor] | None:
        replaced = see(inputs[0]) if next(calls) == wanted else None
        return None if replaced is None else (replaced,)

    handle = layers[layer].register_forward_pre_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def close(ours: Tensor, plain: Tensor, tolerance: float = 1e-5) -> None:
    torch.testing.assert_close(ours, plain, atol=tolerance, rtol=0)


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
    for stack, plain in eager_patterns(case, inputs).items():
        real = real_queries(case, stack, inputs)
        assert len(calls[stack]) == len(plain) == case.layers(stack)
        for call, pattern in zip(calls[stack], plain, strict=True):
            close(call.pattern.transpose(1, 2)[real], pattern.transpose(1, 2)[real])
            # Random weights are large enough for a mistake in the pattern to show.
            assert pattern.transpose(1, 2)[real].std() > 0.005
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
        network.generate(**source, max_new_tokens=4, num_beams=1, do_sample=False, output_logits=True, return_dict_in_generate=True)
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


@pytest.mark.parametrize("family", OUT_OF_REACH, ids=lambda family: family.name)
def test_attention_out_of_reach_is_not_drawn(family: Family) -> None:
    """Until there is a fallback on eager attention with hooks: then these move to READABLE, as far as it carries them."""
    # Some families choose among attentions of their own, and look for ours among them in vain.
    with pytest.raises((Problem, KeyError), match=f"“{re.escape(family.model_type)}”|^'mhattn"):
        survey(family.build(implementation_for(family.network_class())))


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

    def seen(inputs: Inputs, ablate: Mapping[HeadId, Kind]) -> list[Tensor]:
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
