"""What a model is asked when heads are off: losses that are transformers' own, hidden words, gradients of gates."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from cases import before_projection, case_of, close, family_named, model_of
from torch import Tensor
from variants import PAIRS, by_hand, changed, model_with_mask

import mhattn_core as mh
from mhattn_core.attention.ablated_batches import Variants
from mhattn_core.attention.gates import PROJECTIONS, _projections, gate_gradients
from mhattn_core.attention.objectives import NOT_ASKED, asked_of, hidden_words, outcome, tasks


def test_late_words_are_asked_for() -> None:
    """Of a padded batch, the tokens that begin at a character or later; their sum by hand from plain logits."""
    model, case = model_of(family_named("llama")), case_of(family_named("llama"))
    pairs = [mh.SentencePair(pair.source) for pair in PAIRS]
    starts = [pairs[0].source.index("mat"), pairs[1].source.index("long")]
    (task,), _problems = tasks(model, pairs, scored_from=starts)
    (whole,), _problems = tasks(model, pairs)
    assert task.targets is not None
    assert whole.targets is not None
    late = {row.number: place for place, row in enumerate(task.rows)}
    assert [int(task.counts[late[number]]) for number in (0, 1)] == [5, 1]
    assert task.positions < whole.positions
    close(Variants(model)(task, [{}])[0], by_hand(case, task))
    last = task.targets[late[0]] != NOT_ASKED
    assert last.nonzero()[:, 0].tolist() == (whole.targets[late[0]] != NOT_ASKED).nonzero()[-5:, 0].tolist()


@pytest.mark.parametrize("name", ["bert", "roberta", "gpt2", "llama", "gemma2", "bart", "marian", "t5"])
def test_losses_are_transformers_own(name: str) -> None:
    """Of one pair, as the network computes it from labels."""
    model, case = model_with_mask(family_named(name)), case_of(family_named(name))
    (task,), _problems = tasks(model, PAIRS[:1])
    assert task.targets is not None
    labels = task.targets
    if asked_of(model) == "next":
        assert labels[0, :-1].tolist() == task.inputs["input_ids"][0, 1:].tolist()
        labels = task.inputs["input_ids"]
    with torch.no_grad():
        loss = case.eager(**task.inputs, labels=labels).loss
        ours = outcome(model, task)(model.network, 1)[0, 0] / task.counts[0]
    assert float(ours) == pytest.approx(float(loss), abs=1e-4)


def test_what_each_family_is_asked() -> None:
    assert asked_of(model_of(family_named("llama"))) == "next"
    assert asked_of(model_of(family_named("marian"))) == "forced"
    assert asked_of(model_with_mask(family_named("bert"))) == "masked"
    assert asked_of(model_of(family_named("bert"))) == "vector"  # its tokenizer cannot hide a word
    assert asked_of(replace(model_with_mask(family_named("bert")), head="class")) == "class"
    assert asked_of(replace(model_of(family_named("llama")), head=None)) == "vector"


def test_hidden_words() -> None:
    """15 % rounded up, the same each time, spread over texts; in tokens, all pieces of a word and nothing else."""
    assert [len(hidden_words("text", words)) for words in (1, 6, 7, 13, 14, 20)] == [1, 1, 2, 2, 3, 3]
    assert hidden_words("one", 40) == hidden_words("one", 40) != hidden_words("another", 40)
    assert len({word for number in range(60) for word in hidden_words(str(number), 10)}) == 10
    model = model_with_mask(family_named("bert"))
    (task,), _problems = tasks(model, PAIRS[:1])
    assert task.targets is not None
    hidden = task.targets != NOT_ASKED
    assert (task.inputs["input_ids"][hidden] == model.tokenizer.mask_token_id).all()
    assert task.counts.tolist() == [len(hidden_words(f"{PAIRS[0].source}\n{PAIRS[0].target}", 14))]


@pytest.mark.parametrize("name", ["bert", "llama", "bart", "bloom"])
def test_gates_are_outputs_times_gradients(name: str) -> None:
    """Michel's |Att(x) · ∂L/∂Att(x)| per token, summed over real tokens: by autograd through the plain network."""
    model, case = model_with_mask(family_named(name)), case_of(family_named(name))
    case.eager.requires_grad_(True)
    (task,), _problems = tasks(model, PAIRS)
    ours = gate_gradients(model, task)
    for stack in model.stacks:
        kept: list[Tensor] = []
        with before_projection(case, stack, 1, kept.append):
            total = by_hand(case, task).sum()
        (gradient,) = torch.autograd.grad(total, kept)
        per_token = (kept[0] * gradient).detach().reshape(*task.real[stack].shape, 4, -1).sum(dim=-1).abs()
        expected = (per_token * task.real[stack][..., None]).sum(dim=1)
        assert ours[stack].shape == (2, model.attention.layers(stack), 4)
        np.testing.assert_allclose(ours[stack][:, 1], expected, rtol=1e-3, atol=1e-5)


def test_gates_of_a_vector_are_its_own_change() -> None:
    """Against the difference that a head a thousandth weaker or stronger makes, through the same projections."""
    model, case = replace(model_of(family_named("bert")), head=None), case_of(family_named("bert"))
    case.eager.double()
    (task,), _problems = tasks(model, PAIRS)
    ours = gate_gradients(model, task)["encoder"]
    step = 1e-3
    for head in range(4):
        more, less = (
            changed(case, task, ("encoder", 1, head), lambda output, _real, by=by: output * by)
            for by in (1 + step, 1 - step)
        )
        derivative = (more - less) / (2 * step)
        seen = torch.einsum("kop,rp->kr", _projections(derivative.shape[1]).double(), derivative)
        assert seen.shape == (PROJECTIONS, 2)
        np.testing.assert_allclose(ours[:, 1, head], seen.square().mean(dim=0).sqrt(), rtol=1e-2)
