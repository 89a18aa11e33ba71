"""Heads off in copies of one batch: against plain transformers on eager attention, head by head, with hooks before its
output projections.
"""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from cases import before_projection, case_of, close, family_named, model_of
from families import BEFORE_A_NORM, ON_THEIR_OWN, READABLE, Family
from torch import Tensor
from transformers import AutoModel
from variants import OF_A_NORM, PAIRS, OtherWeights, by_hand, changed, mean_of_real, model_with_mask, run_variants

import mhattn_core as mh
from mhattn_core.attention.ablated_batches import Variants, head_outputs, mean_outputs, other_outputs
from mhattn_core.attention.ablation import Ablation, Kind, Replacements
from mhattn_core.attention.objectives import tasks
from mhattn_core.errors import Problem

WITH_HEAD = [family for family in READABLE if family.auto is not AutoModel]


@pytest.mark.parametrize("family", [*WITH_HEAD, *ON_THEIR_OWN], ids=lambda family: family.name)
def test_every_family_with_a_head_off(family: Family) -> None:
    """Zero and mean in one head of the first and of the last layer of each stack, on a padded batch; beside them the
    intact model.
    """
    model, case = model_with_mask(family), case_of(family)
    heads = [(stack, layer, 2) for stack in model.stacks for layer in (0, model.attention.layers(stack) - 1)]
    variants: list[Ablation] = [{}, *({head: "zero"} for head in heads), *({head: "mean"} for head in heads)]
    found, problems = tasks(model, PAIRS)
    assert not problems
    run = Variants(model)
    for task in found:
        ours = run_variants(model, task, variants, run)
        with torch.no_grad():
            close(ours[0], by_hand(case, task), OF_A_NORM)
        for place, head in enumerate(heads):
            close(ours[1 + place], changed(case, task, head, lambda output, _real: torch.zeros_like(output)), OF_A_NORM)
            close(ours[1 + len(heads) + place], changed(case, task, head, mean_of_real), OF_A_NORM)
        assert (ours[1:] - ours[0]).abs().amax() > 1e-3


def equal_on_visible(weights: Tensor, _real: Tensor) -> Tensor:
    visible = (weights > 0).float()
    return visible / visible.sum(dim=-1, keepdim=True)


WEIGHTS: dict[Kind, Callable[[Tensor, Tensor], Tensor]] = {
    "zero": lambda weights, _real: torch.zeros_like(weights),
    "mean": mean_of_real,
    "uniform": equal_on_visible,
}


@pytest.mark.parametrize(
    ("family", "kind"),
    [*((family, "uniform") for family in WITH_HEAD), *((BEFORE_A_NORM, kind) for kind in WEIGHTS)],
    ids=lambda part: part if isinstance(part, str) else part.name,
)
def test_every_family_with_other_weights_in_a_head(family: Family, kind: Kind) -> None:
    """Where the heads are normalised together before the projection, every kind: there is no slice of one head to
    replace.
    """
    model, case = model_with_mask(family), case_of(family)
    heads = [(stack, layer, 2) for stack in model.stacks for layer in (0, model.attention.layers(stack) - 1)]
    found, _problems = tasks(model, PAIRS)
    for task in found:
        ours = run_variants(model, task, [{}, *({head: kind} for head in heads)])
        for place, head in enumerate(heads):
            with OtherWeights(case, task, head, WEIGHTS[kind]) as plain, torch.no_grad():
                expected = by_hand(case, task)
            assert plain.seen == sum(model.attention.layers(stack) for stack in model.stacks)
            close(ours[1 + place], expected, OF_A_NORM)
        assert (ours[1:] - ours[0]).abs().amax(dim=(1, 2)).min() > 3 * OF_A_NORM


@pytest.mark.parametrize(
    ("name", "entered"),
    [
        ("bert", True),
        ("llama", True),
        ("gpt2", True),
        ("bart", True),
        ("t5", True),
        ("albert", False),
        ("bloom", False),
    ],
)
def test_layers_below_a_head_are_not_computed_again(name: str, entered: bool) -> None:
    model = model_with_mask(family_named(name))
    run = Variants(model)
    (task,), _problems = tasks(model, PAIRS)
    heads = [
        (stack, layer, head)
        for stack in model.stacks
        for layer in range(model.attention.layers(stack))
        for head in (0, 3)
    ]
    kinds = ("zero", "mean", "uniform") if model.attention.gives_values else ("zero", "mean")
    variants: list[Ablation] = [{head: kind} for head in heads for kind in kinds]
    variants += [{}, {heads[0]: "zero", heads[-1]: "mean"}, {heads[-1]: "zero", heads[-2]: "zero"}]
    together = run_variants(model, task, variants, run)
    assert (run._restart is not None) == entered
    run._restart = None
    for place, variant in enumerate(variants):
        close(together[place], run_variants(model, task, [variant], run)[0], OF_A_NORM)
    assert not any("forward" in vars(module) for module in model.network.modules())


def test_a_network_that_cannot_be_entered_is_run_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a layer hands on more than its output, what follows comes out differently, which is noticed."""
    model = model_with_mask(family_named("bert"))
    (task,), _problems = tasks(model, PAIRS)
    run = Variants(model)
    intact = run(task, [{}])
    assert run._restart is not None
    broken = Variants(model)
    monkeypatch.setattr(
        "mhattn_core.attention.partial_forward._repeated",
        lambda output, _rows, copies: torch.cat([output + 1] * copies),
    )
    close(broken(task, [{}]), intact)
    assert broken._restart is None


def test_uniform_and_mean_are_those_of_one_pair() -> None:
    """Each row of a padded batch as ``attend`` has it alone."""
    model = model_of(family_named("llama"))
    found, _problems = tasks(model, PAIRS)
    for kind in ("uniform", "mean"):
        ablate = {("decoder", 1, 2): kind, ("decoder", 2, 0): "zero"}
        totals = {
            row.number: value
            for task in found
            for row, value in zip(task.rows, run_variants(model, task, [ablate])[0, :, 0], strict=True)
        }
        for number, pair in enumerate(PAIRS):
            (alone,), _problems = tasks(model, [pair])
            close(totals[number], run_variants(model, alone, [ablate])[0, 0, 0], OF_A_NORM)


def test_the_mean_of_a_corpus() -> None:
    """In one head's place in every row: its mean over the real positions of all rows, whatever the batches."""
    model, case = model_with_mask(family_named("bert")), case_of(family_named("bert"))
    head = ("encoder", 1, 3)
    (task,), _problems = tasks(model, PAIRS)
    alone = [one for pair in PAIRS for one in tasks(model, [pair])[0]]
    kept: list[Tensor] = []

    def keep(given: Tensor) -> None:
        kept.append(given.reshape(*given.shape[:2], 4, -1)[:, :, 3][task.real["encoder"]].mean(dim=0))

    with before_projection(case, "encoder", 1, keep), torch.no_grad():
        case.eager(**task.inputs)
    means = mean_outputs(model, [task])
    close(means["encoder", 1][3], kept[0])
    by_one = mean_outputs(model, alone)
    for key, mean in means.items():
        assert mean.shape == (4, 8)
        close(by_one[key], mean)
    close(
        Variants(model)(task, [{head: "mean"}], Replacements(means))[0],
        changed(case, task, head, lambda output, _real: kept[0].expand_as(output)),
        OF_A_NORM,
    )


@pytest.mark.parametrize("name", ["llama", "bert", "bart", "bloom"])
def test_the_output_for_another_text(name: str) -> None:
    """At the same positions, of the next longer text, of the longest the next shorter, whose last position stands for
    those beyond its end; whatever the batches.
    """
    model, case = model_with_mask(family_named(name)), case_of(family_named(name))
    (task,), _problems = tasks(model, PAIRS)
    head = (model.stacks[-1], 1, 2)

    def swapped(output: Tensor, real: Tensor) -> Tensor:
        ends = [int(row.sum()) for row in real]
        assert ends[0] != ends[1]
        positions = [[min(position, end - 1) for position in range(output.shape[1])] for end in ends]
        return torch.stack([output[1, positions[1]], output[0, positions[0]]])

    others = other_outputs(model, [task], 0)
    ours = Variants(model)(task, [{head: "resample"}], Replacements(others=others))[0]
    close(ours, changed(case, task, head, swapped), OF_A_NORM)
    assert (ours - run_variants(model, task, [{}])[0]).abs().amax() > 1e-3
    alone = [one for pair in PAIRS for one in tasks(model, [pair])[0]]
    for number, row in enumerate((0, 1)):
        for key, output in other_outputs(model, alone, number).items():
            length = int(task.real[key[0]][row].sum())
            close(output[0, :length], others[key][row, :length])
    with pytest.raises(ValueError, match="two"):
        other_outputs(model, alone[:1], 0)


def test_a_mean_is_the_intact_models_whatever_else_is_off() -> None:
    """Heads of two layers: the later one gives what it gives in the mean when nothing is off."""
    model, case = model_of(family_named("llama")), case_of(family_named("llama"))
    (task,), _problems = tasks(model, PAIRS[:1])
    first, second = ("decoder", 0, 1), ("decoder", 2, 3)
    constant = head_outputs(model, task)["decoder", 2][:, :, 3].mean(dim=1, keepdim=True)
    with before_projection(case, "decoder", 2, lambda given: _with(given, 3, constant)):
        expected = changed(case, task, first, mean_of_real)
    close(run_variants(model, task, [{first: "mean", second: "mean"}])[0], expected, OF_A_NORM)
    seen = mh.attend(model, PAIRS[0], ablate={first: "mean", second: "mean"})
    np.testing.assert_allclose(
        seen.values("decoder", layer=2, head=3).output,
        constant[0].expand(seen.pattern("decoder").shape[2], -1),
        atol=1e-5,
    )


def _with(given: Tensor, head: int, output: Tensor) -> Tensor:
    parts = given.clone().reshape(*given.shape[:2], 4, -1)
    parts[:, :, head] = output
    return parts.reshape(given.shape)


def test_a_head_that_is_not_there() -> None:
    model = model_of(family_named("llama"))
    (task,), _problems = tasks(model, PAIRS)
    with pytest.raises(Problem, match="L3 H0"):
        Variants(model)(task, [{}, {("decoder", 3, 0): "zero"}])
