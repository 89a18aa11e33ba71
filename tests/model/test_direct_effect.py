"""What heads add to the score of a next token: all parts of a position make up its score, and where they do not,
nothing is said.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from cases import family_named, model_of
from torch import Tensor, nn

import mhattn_core as mh
from mhattn_core.experiments.direct_effect import reading
from mhattn_core.models.model import Model

PAIR = mh.SentencePair("the cat sits on a mat", "it was tired")
POSITION, TOKEN = 3, 29


@contextmanager
def given_and_gave(modules: list[nn.Module]) -> Iterator[dict[int, tuple[Tensor, Tensor]]]:
    """Input and output of each module in a forward, by its id."""
    found: dict[int, tuple[Tensor, Tensor]] = {}

    def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        found[id(module)] = inputs[0], output

    handles = [module.register_forward_hook(keep) for module in modules]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def parts_of(model: Model) -> tuple[list[nn.Module], list[nn.Module], nn.Module]:
    """What is added to a position beside its attention: what it begins with, the feed-forward layers; and the last
    norm.
    """
    network = model.network
    if model.name == "gpt2":
        body = network.transformer
        return [body.wte, body.wpe], [block.mlp for block in body.h], body.ln_f
    if model.name == "t5":
        return (
            [network.decoder.embed_tokens],
            [block.layer[2].DenseReluDense for block in network.decoder.block],
            network.decoder.final_layer_norm,
        )
    return [network.model.embed_tokens], [layer.mlp for layer in network.model.layers], network.model.norm


@pytest.mark.parametrize("name", ["llama", "gpt2", "t5"])
def test_heads_and_all_other_parts_make_up_the_score(name: str) -> None:
    model = model_of(family_named(name))
    seen = mh.attend(model, PAIR)
    read = reading(seen, POSITION)
    assert read is not None
    begins, feeds, norm = parts_of(model)
    stacks = [stack for stack in seen.stacks if stack != "encoder"]
    with given_and_gave([*begins, *feeds, norm]) as ran, torch.no_grad():
        logits = model.network(**seen.inputs).logits[0, POSITION].double().numpy()
    # GPT-2's table of positions is asked without the batch.
    others = [ran[id(module)][1].flatten(0, -2)[POSITION].numpy() for module in (*begins, *feeds)]
    heads = [seen.contributions(stack)[:, :, POSITION] for stack in stacks]
    biases = [
        site.projection.bias
        for stack in stacks
        for site in model.attention.sites[stack]
        if site.projection.bias is not None
    ]
    score = sum(read.effects(part, TOKEN).sum() for part in (*others, *heads, *(bias.numpy() for bias in biases)))
    if name == "gpt2":
        head = model.network.lm_head.weight.double()
        score += float((head[TOKEN] - head.mean(0)) @ norm.bias.double())
    assert score == pytest.approx(logits[TOKEN] - logits.mean(), abs=1e-4)
    np.testing.assert_allclose(read.scores, logits, atol=1e-5)


def test_a_llamas_norm_frozen_by_hand() -> None:
    model = model_of(family_named("llama"))
    torch.nn.init.uniform_(model.network.model.norm.weight, 0.5, 2)
    seen = mh.attend(model, PAIR)
    read = reading(seen, POSITION)
    assert read is not None
    norm, head = model.network.model.norm, model.network.lm_head.weight.double()
    with given_and_gave([norm]) as ran, torch.no_grad():
        model.network(**seen.inputs)
    last = ran[id(norm)][0][0, POSITION].double()
    added = torch.tensor(seen.contributions("decoder")[1, 2, POSITION]).double()
    expected = (norm.weight.double() * added / last.square().mean().sqrt()) @ (head[TOKEN] - head.mean(0))
    assert float(read.effects(added.numpy(), TOKEN)) == pytest.approx(float(expected), rel=1e-3)
    assert not read.centred


def test_the_same_added_to_every_dimension_does_nothing_where_the_mean_is_taken_away() -> None:
    read = reading(mh.attend(model_of(family_named("gpt2")), PAIR), POSITION)
    assert read is not None
    assert read.centred
    np.testing.assert_allclose(read.effects(np.ones((2, len(read.scale))), TOKEN), 0, atol=1e-12)


@pytest.mark.parametrize("name", ["bert", "marian", "bart", "gemma2", "olmo2"])
def test_what_does_not_reach_the_score_as_a_sum_is_not_told(name: str) -> None:
    assert reading(mh.attend(model_of(family_named(name)), PAIR), POSITION) is None


def test_a_network_that_scales_what_it_adds_is_noticed() -> None:
    model = model_of(family_named("granite"))
    assert reading(mh.attend(model, PAIR), POSITION) is not None
    for layer in model.network.model.layers:
        layer.residual_multiplier = 0.5
    assert reading(mh.attend(model, PAIR), POSITION) is None


def test_no_language_head(minilm: mh.Model) -> None:
    assert reading(mh.attend(minilm, PAIR), POSITION) is None
