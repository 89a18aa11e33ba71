"""Parts of heads moved from one run into another: networks whose weights are written so that it is known which part
carries the answer, and transformers' own eager attention with hooks.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import get_args

import numpy as np
import pytest
import torch
from cases import HEAD, Case, before_projection, case_of, family_named
from handmade import CONTRASTS, Carrier, handmade
from torch import Tensor
from variants import OtherWeights, model_with_mask

from mhattn_core.attention.ablated_batches import Variants, head_calls
from mhattn_core.attention.ablation import OUTPUTS, Replacements
from mhattn_core.attention.contrast_batches import Positions, Sides, cells_at, sides_of
from mhattn_core.attention.objectives import NOT_ASKED, Objective
from mhattn_core.attention.patches import PATCHES
from mhattn_core.experiments.ablation.contrast_runs import DIRECTIONS, ContrastRuns
from mhattn_core.experiments.ablation.patching import COLUMNS, patching_table
from mhattn_core.heads import Head
from mhattn_core.models.model import Model
from mhattn_core.text.contrasts import Contrast

CARRIES: dict[Carrier, set[str]] = {
    "value": {"output", "value"},
    "key": {"output", "key", "pattern"},
    "query": {"output", "query", "pattern"},
}


@pytest.mark.parametrize("carrier", get_args(Carrier))
def test_the_part_that_carries_the_answer_carries_all_of_it(carrier: Carrier) -> None:
    """And the other parts, and the other head, nothing."""
    table = patching_table(handmade(carrier), [CONTRASTS[carrier]])
    moved = table[table["positions"] == "all"]
    assert len(moved) == 2 * len(DIRECTIONS) * len(PATCHES)
    for row in moved.itertuples():
        carries = row.head == 0 and row.kind in CARRIES[carrier]
        assert row.recovery == pytest.approx(float(carries), abs=1e-5), row
    assert (table["clean"] > 1).all()
    np.testing.assert_allclose(table["corrupt"], -table["clean"], atol=1e-4)
    assert (table.loc[table["head"] == 1, "recovery"].abs() < 1e-6).all()
    assert (table.loc[table["head"] == 1, "attribution"].dropna() == 0).all()
    assert tuple(table.columns) == COLUMNS
    assert table["low"].isna().all()  # one pair


def test_where_a_patch_is_put() -> None:
    """The answer leaves the head where the word stands that asks; what differs is seen elsewhere."""
    table = patching_table(handmade("value"), [CONTRASTS["value"]]).query("head == 0 and kind == 'output'")
    at = table.set_index(["positions", "direction"])["recovery"]
    for direction in DIRECTIONS:
        assert at["answer", direction] == pytest.approx(1, abs=1e-5)
        assert at["changed", direction] == pytest.approx(0, abs=1e-5)


def test_without_its_one_edge_a_head_that_copies_says_nothing() -> None:
    """Halfway between the two answers, which are as far from 0."""
    table = patching_table(handmade("value"), [CONTRASTS["value"]]).query("head == 0").set_index("kind")
    assert table.loc["knockout", "recovery"] == pytest.approx(0.5, abs=1e-3)
    assert table.loc["knockout", "patched"] == pytest.approx(0, abs=1e-3)


def test_intervals_and_tests_are_over_pairs_of_openings() -> None:
    words = ["cat", "mat", "sits", "long", "very", "tired", "slept", "all"]
    pairs = [
        Contrast("made", f"the {good} on a", f"the {bad} on a", good, bad)
        for good in words
        for bad in words
        if good != bad
    ]
    table = patching_table(handmade("value"), pairs).query("positions != 'changed'")
    assert set(table["units"]) == {28}  # either of the two openings of a pair is the good one
    assert table["low"].isna().all()
    more = [Contrast("made", f"it {one.clean[4:]}", f"it {one.corrupt[4:]}", one.good, one.bad) for one in pairs]
    table = patching_table(handmade("value"), [*pairs, *more]).query("kind == 'output'")
    assert set(table["units"]) == {56}
    best, other = (table.query(f"head == {head} and positions == 'all'") for head in (0, 1))
    np.testing.assert_allclose(best[["recovery", "low", "high"]], 1, atol=1e-5)
    assert (best["q"] < 1e-6).all()
    np.testing.assert_allclose(other[["recovery", "low", "high"]], 0, atol=1e-6)


def test_what_does_not_count_is_counted_by_reason() -> None:
    model = handmade("value")
    pairs = [
        CONTRASTS["value"],
        Contrast("made", "the day on a", "the long on a", "day", "long"),
        Contrast("made", "the cat on a", "the mat on all a", "cat", "mat"),  # longer
        Contrast("made", "the cat on a", "the mat on a", "cat", "cat sits"),  # one word begins with the other
        Contrast("made", "the cat on a", "the mat on a", "mat", "cat"),  # the other way round
    ]
    first = patching_table(model, pairs).iloc[0]
    assert (first["contrasts"], first["n"]) == (5, 2)
    assert (first["unasked"], first["unequal"], first["not_told_apart"]) == (1, 1, 1)
    # A relation that is told the wrong way round has no rows, nor has a model without a language head.
    assert patching_table(model, pairs[4:]).empty
    assert tuple(patching_table(model, []).columns) == COLUMNS


def test_one_word_may_be_asked_for_alone() -> None:
    model = handmade("value")
    one = CONTRASTS["value"]
    alone = Contrast("made", one.clean, one.corrupt, one.good)
    table = patching_table(model, [alone]).query("head == 0 and kind == 'value'")
    np.testing.assert_allclose(table["recovery"], 1, atol=1e-5)
    (batch,), _left_out = sides_of(model, [alone])
    logits = model.network(input_ids=batch.clean.task.inputs["input_ids"]).logits[0, -1]
    expected = logits.log_softmax(-1)[model.tokenizer.convert_tokens_to_ids(one.good)]
    assert ContrastRuns(model, [alone]).clean[0] == pytest.approx(float(expected), abs=1e-5)


# Openings of one length, which stand in one batch, behind sources of unequal ones, of which one is padded; the second
# differs in a phrase.
OPENINGS = [
    Contrast("a", "the cat sits on a very long", "the mat sits on a very long", "day", "mat", "it slept", "it slept"),
    Contrast(
        "a",
        "it was tired and on a very",
        "it slept all and on a very",
        "long",
        "day",
        "the cat sits on",
        "the mat slept on",
    ),
]
INPUTS = {
    "bert": {"query": r".*self\.query", "key": r".*self\.key", "value": r".*self\.value"},
    "llama": {part: rf".*\.{part[0]}_proj" for part in ("query", "key", "value")},
    "bart": {part: rf".*{{}}\.{part[0]}_proj" for part in ("query", "key", "value")},
}
WITHIN = {"encoder": "encoder.*self_attn", "decoder": "decoder.*self_attn", "cross": "encoder_attn"}


def sides_for(name: str) -> tuple[Model, Case, Sides]:
    family = family_named(name)
    model, case = model_with_mask(family), case_of(family)
    if name != "llama":
        # A full stop is part of the last word for this tokenizer.
        model.tokenizer.add_tokens(["day.", "mat.", "long."])
    (sides,), left_out = sides_of(model, OPENINGS)
    assert sum(left_out) == 0
    assert len(sides.clean.task.rows) == 2
    return model, case, sides


def answers(case: Case, task: Objective) -> Tensor:
    """−ln p of each option at the position that answers, from the plain network."""
    assert task.targets is not None
    assert task.options is not None
    logits = case.eager(**task.inputs, **({"use_cache": False} if case.is_pair else {})).logits
    return -logits[task.targets != NOT_ASKED].log_softmax(dim=-1)[:, task.options]


@contextmanager
def after(module: torch.nn.Module, change: Callable[[Tensor], Tensor | None]) -> Iterator[None]:
    handle = module.register_forward_hook(lambda _module, _inputs, output: change(output))
    try:
        yield
    finally:
        handle.remove()


def seen_before_projection(case: Case, task: Objective, head: Head) -> Tensor:
    """What one head gives to the output projection ``[row, query, dimension]``."""
    kept: list[Tensor] = []
    with before_projection(case, head.stack, head.layer, lambda given: kept.append(given)):
        answers(case, task)
    return kept[0].reshape(*kept[0].shape[:2], 4, -1)[:, :, head.head]


def given_by(case: Case, sides: Sides, head: Head, kind: str, at: Positions) -> Tensor:
    """The head's output in the corrupt run, with a part of it taken from the clean one, by hooks alone."""
    clean, corrupt = sides.clean.task, sides.corrupt.task
    queries, keys = cells_at(sides, at)[head.stack]
    if kind == "output":
        own, other = (seen_before_projection(case, task, head) for task in (corrupt, clean))
        return torch.where(queries[..., None], other, own)
    if kind == "pattern":
        kept: list[Tensor] = []

        def keep(weights: Tensor, _real: Tensor) -> Tensor:
            kept.append(weights.clone())
            return weights

        with OtherWeights(case, clean, head, keep):
            answers(case, clean)
        with OtherWeights(case, corrupt, head, lambda weights, _r: torch.where(queries[..., None], kept[0], weights)):
            return seen_before_projection(case, corrupt, head)
    pattern = INPUTS[case.family.name][kind].format(WITHIN.get(head.stack, ""))
    module = [one for path, one in case.eager.named_modules() if re.fullmatch(pattern, path)][head.layer]
    taken: list[Tensor] = []
    with after(module, lambda output: taken.append(output)):
        answers(case, clean)
    chosen = queries if kind == "query" else keys
    with after(module, lambda output: torch.where(chosen[..., None], taken[0], output)):
        return seen_before_projection(case, corrupt, head)


@pytest.mark.parametrize("at", get_args(Positions))
@pytest.mark.parametrize("name", ["bert", "llama", "bart"])
@torch.no_grad()
def test_patches_are_those_of_hooks_in_the_plain_network(name: str, at: Positions) -> None:
    """In every stack, of one head of a later layer. Where heads share keys and values (llama) hooks replace them for
    all, of which this head's output alone goes on.
    """
    model, case, sides = sides_for(name)
    source = Replacements(calls=head_calls(model, sides.clean.task), at=cells_at(sides, at))
    base = answers(case, sides.corrupt.task)
    for stack in model.stacks:
        head = Head(stack, 1, HEAD)
        ours = Variants(model)(sides.corrupt.task, [{head: kind} for kind in PATCHES], source)
        for kind, found in zip(PATCHES, ours, strict=True):
            output = given_by(case, sides, head, kind.removeprefix("patch_"), at)

            def put(given: Tensor, output: Tensor = output) -> Tensor:
                parts = given.clone().reshape(*given.shape[:2], 4, -1)
                parts[:, :, HEAD] = output
                return parts.reshape(given.shape)

            with before_projection(case, stack, 1, put):
                expected = answers(case, sides.corrupt.task)
            torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)
        if at == "all" and stack != "encoder":
            assert (ours - base).abs().amax(dim=(1, 2)).min() > 1e-4
    if name == "bart":
        # The sources of the first pair are the same, so that nothing of the encoder can be moved.
        nothing = Variants(model)(sides.corrupt.task, [{Head("encoder", 1, HEAD): "patch_output"}], source)[0]
        same = [row for row, one in enumerate(sides.clean.task.rows) if one.number == 0]
        torch.testing.assert_close(nothing[same], base[same], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["bert", "llama", "bart", "t5"])
def test_a_run_patched_from_itself_is_itself(name: str) -> None:
    """To the last bit: what is put in is what was there."""
    family = family_named(name)
    model = model_with_mask(family)
    if name != "llama":
        model.tokenizer.add_tokens(["day.", "mat.", "long."])
    (sides,), _left_out = sides_of(model, OPENINGS)
    calls, everywhere = head_calls(model, sides.clean.task), cells_at(sides, "all")
    for call in calls.values():
        given = Replacements(calls={(call.stack, call.layer): call}, at=everywhere)
        for kind in PATCHES:
            for head in range(4):
                assert torch.equal(OUTPUTS[kind](call, head, given), call.output[:, :, head]), (kind, call.stack)


@pytest.mark.parametrize("name", ["bert", "llama", "bart"])
def test_attribution_is_the_slope_of_a_patch_that_grows(name: str) -> None:
    """From the plain network: the head is moved a little of the way."""
    model, case, sides = sides_for(name)
    runs = ContrastRuns(model, OPENINGS)
    found = runs.attributed(["patch_output", "patch_pattern"], "good_to_bad")
    counted = runs.told_apart
    assert counted.any()
    weights = [
        (row, good, bad)
        for number, row, good, bad in zip(*sides.corrupt[1:3], sides.corrupt.good, sides.corrupt.bad, strict=True)
        if counted[number]
    ]

    @torch.no_grad()
    def answer(head: Head, moved: Tensor) -> float:
        def put(given: Tensor) -> Tensor:
            parts = given.clone().reshape(*given.shape[:2], 4, -1)
            parts[:, :, head.head] += moved
            return parts.reshape(given.shape)

        with before_projection(case, head.stack, head.layer, put):
            surprisal = answers(case, sides.corrupt.task).double()
        return sum(float(surprisal[row, bad] - surprisal[row, good]) for row, good, bad in weights)

    sizes = []
    for stack in model.stacks:
        head = Head(stack, 1, HEAD)
        for kind, of_kind in found.items():
            with torch.no_grad():
                there = given_by(case, sides, head, kind.removeprefix("patch_"), "all")
                way = there - seen_before_projection(case, sides.corrupt.task, head)
            slope = (answer(head, 0.05 * way) - answer(head, -0.05 * way)) / 0.1
            assert of_kind[head] == pytest.approx(slope, rel=0.05, abs=2e-4)
            sizes.append(abs(slope))
    assert max(sizes) > 0.005


def test_a_model_that_is_right_on_one_side_alone_knows_nothing() -> None:
    """It tells the openings apart, and after the bad one prefers neither word."""
    leaning = Contrast("made", "the cat on a", "the mat on a", "cat", "day")
    runs = ContrastRuns(handmade("value"), [leaning])
    assert runs.clean[0] > 1
    assert runs.corrupt[0] == pytest.approx(0, abs=1e-4)
    assert runs.told_apart.all()
    assert patching_table(handmade("value"), [leaning]).empty


def test_a_table_of_a_model_without_values_has_outputs_alone() -> None:
    model = model_with_mask(family_named("bloom"))
    alone = [Contrast("a", one.clean, one.corrupt, one.good) for one in OPENINGS]
    told = ContrastRuns(model, alone).told_apart
    turned = [
        one if is_told else Contrast("a", one.corrupt, one.clean, one.good)
        for one, is_told in zip(alone, told, strict=True)
    ]
    assert set(patching_table(model, turned)["kind"]) == {"output", "mean"}
