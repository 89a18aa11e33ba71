"""Families that never call the tap, against the same networks as plain transformers runs them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from cases import (
    HEAD,
    HEADS,
    PADDINGS,
    SOURCE_LENGTHS,
    TARGET_LENGTHS,
    Case,
    batch,
    before_projection,
    case_of,
    close,
    eager_patterns,
    family_named,
    model_of,
    patterns_are_eager,
    projections,
    real_logits,
    run,
    watch,
)
from families import ON_THEIR_OWN, XLNET
from torch import Tensor

import mhattn_core as mh
from mhattn_core.errors import Problem
from mhattn_core.tap.interface import implementation_for
from mhattn_core.tap.survey import survey

PAIR = mh.SentencePair("the cat sits on a mat", "it was tired")


@pytest.fixture(scope="module", params=(*ON_THEIR_OWN, XLNET), ids=lambda family: family.name)
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


def test_the_survey_says_how_the_network_is_read_and_what_it_gives(case: Case) -> None:
    assert case.attention.reading == "products"
    assert case.attention.stacks == tuple(case.family.projections)
    for stack, sites in case.attention.sites.items():
        assert [site.heads for site in sites] == [HEADS] * case.layers(stack)
    assert not case.attention.gives_values
    assert case.attention.gives_contributions == (case.family is not XLNET)


def test_the_projections_are_those_of_the_familys_source(case: Case) -> None:
    for stack, sites in case.attention.sites.items():
        named = [None] * 3 if case.family is XLNET else projections(case, case.tapped, stack)
        assert len(sites) == len(named)
        assert all(site.projection is name for site, name in zip(sites, named, strict=True))


@pytest.mark.parametrize("padding", PADDINGS)
def test_patterns_equal_plain_transformers(case: Case, padding: str) -> None:
    inputs = batch(case, padding)
    calls, logits = watch(case, inputs)
    patterns_are_eager(case, inputs, calls)
    expected = real_logits(case, run(case.eager, inputs), inputs)
    close(real_logits(case, logits, inputs), expected)
    close(real_logits(case, run(case.tapped, inputs), inputs), expected)


def test_outputs_are_what_the_projection_is_given(case: Case) -> None:
    inputs = batch(case, "right")
    calls, _logits = watch(case, inputs)
    for stack, stack_calls in calls.items():
        for layer, call in enumerate(stack_calls):
            given: list[Tensor] = []
            with by_hand(case, stack, layer, lambda heads, given=given: given.append(heads)):
                run(case.eager, inputs)
            close(call.output, given[0])


def test_batched_equals_single(case: Case) -> None:
    if case.family.model_type == "fsmt":
        pytest.skip("plain transformers gives another answer for a padded target, too")
    batched, logits = watch(case, batch(case, "right"))
    for row in range(len(SOURCE_LENGTHS)):
        lengths = {"": SOURCE_LENGTHS[row], "decoder_": TARGET_LENGTHS[row]}
        alone = {
            name: tensor[row : row + 1, : lengths["decoder_" if name.startswith("decoder_") else ""]]
            for name, tensor in batch(case, "right").items()
        }
        single, single_logits = watch(case, alone)
        # RemBERT's logits are sums of a thousand products.
        close(logits[row, : single_logits.shape[1]], single_logits[0], 1e-4)
        for stack, calls in single.items():
            for call, together in zip(calls, batched[stack], strict=True):
                queries, keys = call.pattern.shape[2:]
                close(together.pattern[row, :, :queries, :keys], call.pattern[0])
                assert not together.pattern[row, :, :queries, keys:].any()


@contextmanager
def by_hand(case: Case, stack: str, layer: int, see: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    """Show one layer's per-head output ``[batch, query, head, dimension]`` of the next eager forward; an answer
    replaces it.
    """
    # FSMT has the batch behind the query.
    swapped = case.family.model_type == "fsmt"
    if case.family is not XLNET:

        def see_joined(joined: Tensor) -> Tensor | None:
            heads = joined.unflatten(-1, (HEADS, -1))
            replaced = see(heads.transpose(0, 1) if swapped else heads)
            if replaced is None:
                return None
            return (replaced.transpose(0, 1) if swapped else replaced).flatten(-2)

        with before_projection(case, stack, layer, see_joined):
            yield
        return
    attention: Any = case.eager.transformer.layer[layer].rel_attn
    own = attention.rel_attn_core

    def core(*arguments: Any, **options: Any) -> Any:
        output, *pattern = own(*arguments, **options | {"output_attentions": True})
        replaced = see(output.transpose(0, 1))
        output = output if replaced is None else replaced.transpose(0, 1)
        return (output, *pattern) if options["output_attentions"] else output

    attention.rel_attn_core = core
    try:
        yield
    finally:
        del attention.rel_attn_core


@pytest.mark.parametrize("kind", ["zero", "mean"])
def test_ablation_equals_one_done_by_hand(case: Case, kind: str) -> None:
    inputs = batch(case, "none")

    def replace(heads: Tensor) -> Tensor:
        changed = heads.clone()
        changed[:, :, HEAD] = heads[:, :, HEAD].mean(1, keepdim=True) if kind == "mean" else 0
        return changed

    for stack in case.attention.stacks:
        layer = (case.layers(stack) - 1) // 2
        with by_hand(case, stack, layer, replace):
            patterns = eager_patterns(case, inputs)
        with by_hand(case, stack, layer, replace):
            logits = run(case.eager, inputs)
        calls, ablated = watch(case, inputs, {(stack, layer, HEAD): kind})
        close(ablated, logits)
        assert (ablated - run(case.eager, inputs)).abs().max() > 1e-3
        for other, plain in patterns.items():
            for call, pattern in zip(calls[other], plain, strict=True):
                close(call.pattern, pattern)


def test_a_pair_through_attend(case: Case) -> None:
    seen = mh.attend(model_of(case.family), PAIR)
    plain = eager_patterns(case, seen.inputs)
    assert seen.stacks == tuple(plain)
    for stack in seen.stacks:
        np.testing.assert_allclose(seen.pattern(stack), torch.stack(plain[stack])[:, 0], atol=1e-5)
    first, second = ("the", "cat", "sits", "on", "a", "mat"), ("it", "was", "tired")
    assert seen.words(seen.stacks[0]).queries == (first if case.is_pair else first + second)


def test_what_it_cannot_give_is_said(case: Case) -> None:
    seen = mh.attend(model_of(case.family), PAIR)
    for stack in seen.stacks:
        with pytest.raises(Problem, match="Use one of: mean, zero"):
            mh.attend(seen.model, PAIR, ablate={(stack, 0, 1): "uniform"})
        with pytest.raises(Problem, match="queries, keys and values"):
            seen.values(stack, layer=0, head=1)
    if case.family is XLNET:
        with pytest.raises(Problem, match="no projection"):
            seen.contributions("encoder")


@pytest.mark.parametrize("prompt", [(1, 25, 40, 61)])
def test_generating_equals_generating_on_eager(case: Case, prompt: tuple[int, ...]) -> None:
    """Nothing is installed, so what is generated after a watched forward is what plain transformers generates."""
    if not case.tapped.can_generate():
        pytest.skip("the family has no class that generates")
    watch(case, batch(case, "none"))
    inputs = {"input_ids": torch.tensor([prompt]), "attention_mask": torch.ones(1, len(prompt), dtype=torch.long)}
    ours, plain = (
        network.generate(**inputs, max_new_tokens=4, num_beams=1, do_sample=False)
        for network in (case.tapped, case.eager)
    )
    assert torch.equal(ours, plain)


@pytest.mark.parametrize("name", ["bert", "gpt2", "t5", "bart"])
def test_the_two_readings_agree(name: str) -> None:
    """Families that are on the tap, read the other way: stacks, layers, patterns, outputs and projections are the
    same.
    """
    tap = case_of(family_named(name))
    products = Case(tap.family, tap.eager, tap.eager, survey(tap.eager))
    assert products.attention.reading == "products"
    assert products.attention.stacks == tap.attention.stacks
    inputs = batch(tap, "right")
    (ours, _logits), (theirs, _other) = watch(products, inputs), watch(tap, inputs)
    for stack in tap.attention.stacks:
        assert len(ours[stack]) == len(theirs[stack])
        for call, other in zip(ours[stack], theirs[stack], strict=True):
            close(call.pattern, other.pattern)
            close(call.output, other.output)
        named = projections(products, tap.eager, stack)
        assert [site.projection for site in products.attention.sites[stack]] == named


def test_every_family_stays_where_it_was_loaded() -> None:
    for family in (*ON_THEIR_OWN, XLNET):
        assert implementation_for(family.network_class()) == "eager"
    for name in ("bert", "encoder-decoder", "gemma3", "t5"):
        assert implementation_for(family_named(name).network_class()).startswith("mhattn")


@pytest.mark.parametrize("name", ["falcon", "deberta-v2", "mpt"])
def test_loading_from_a_folder(name: str, tmp_path: Path) -> None:
    made = model_of(family_named(name))
    made.network.save_pretrained(tmp_path)
    made.tokenizer.save_pretrained(tmp_path)
    loaded, random = (mh.load(f"{tmp_path}{ending}", device="cpu") for ending in ("", "@random"))
    assert loaded.attention.reading == random.attention.reading == "products"
    (stack,) = loaded.stacks
    expected = mh.attend(made, PAIR).pattern(stack)
    np.testing.assert_allclose(mh.attend(loaded, PAIR).pattern(stack), expected, atol=1e-6)
    assert np.abs(mh.attend(random, PAIR).pattern(stack) - expected).max() > 1e-2
