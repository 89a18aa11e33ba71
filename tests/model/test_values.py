"""One head taken apart, and what each head adds: the parts, put together by hand, give what the network itself
computes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from cases import HEADS, Case, batch, case_of, eager_patterns, family_named, model_of, real_queries, watch
from families import BEFORE_A_NORM, ON_THEIR_OWN, READABLE, Family
from scipy.special import softmax
from torch import Tensor, nn
from transformers import AutoModel
from transformers.pytorch_utils import Conv1D

import mhattn_core as mh
from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.attention.values import contributions, head_values
from mhattn_core.errors import Problem, ShapeError

PAIR = mh.SentencePair("the cat sits on a mat", "it was tired")
# Of a grouped model, head 1 reads the first key/value group and head 2 the second.
HEADS_TO_TRY = (1, 2)


def rebuilt(values: HeadValues) -> np.ndarray:
    """The pattern ``[query, key]``, by the formula of ``HeadValues``."""
    scores = values.scaling * values.query @ values.key.T
    if values.softcap is not None:
        scores = values.softcap * np.tanh(scores / values.softcap)
    if values.bias is not None:
        scores = scores + values.bias
    scores = np.where(values.mask, scores, -np.inf)
    if values.sink is not None:
        scores = np.concatenate([scores, np.full((len(scores), 1), values.sink)], axis=1)
    return softmax(scores, axis=-1)[:, : len(values.key)]


@contextmanager
def given_out(projections: list[nn.Module]) -> Iterator[list[Tensor]]:
    """What the projections give out during a forward, in order of calls: each ``[batch, query, model dimension]``."""
    outputs: list[Tensor] = []
    handles = [
        module.register_forward_hook(lambda _module, _inputs, output: outputs.append(output))
        for module in set(projections)
    ]
    try:
        yield outputs
    finally:
        for handle in handles:
            handle.remove()


def bias_of(projection: nn.Module) -> np.ndarray:
    return np.zeros(1) if projection.bias is None else projection.bias.numpy()


@pytest.fixture(scope="module", params=READABLE, ids=lambda family: family.name)
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


def test_every_family_can_be_taken_apart(case: Case) -> None:
    """Against eager attention, on the first row of a padded batch, which has no padding of its own."""
    inputs = batch(case, "right")
    calls, _logits = watch(case, inputs)
    for stack, plain in eager_patterns(case, inputs).items():
        queries = int(real_queries(case, stack, inputs)[0].sum())
        for call, pattern in zip(calls[stack], plain, strict=True):
            for head in HEADS_TO_TRY:
                values = head_values(call, head)
                np.testing.assert_allclose(rebuilt(values)[:queries], pattern[0, head, :queries], atol=1e-5)
                np.testing.assert_allclose(
                    (rebuilt(values) @ values.value)[:queries], values.output[:queries], atol=1e-4
                )


@pytest.mark.parametrize(
    "name", ["bert", "gpt2", "llama", "gemma2 window", "gemma3_text", "gpt_oss", "t5", "marian", "deepseek_v3"]
)
def test_values_of_a_pair(name: str) -> None:
    family = family_named(name)
    model = model_of(family)
    seen = mh.attend(model, PAIR)
    for stack in seen.stacks:
        pattern = seen.pattern(stack)
        queries, keys = pattern.shape[2:]
        layer = len(pattern) - 1
        for head in HEADS_TO_TRY:
            values = seen.values(stack, layer=layer, head=head)
            assert all(array.dtype == np.float32 for array in (values.query, values.key, values.value, values.output))
            assert (len(values.query), len(values.output), len(values.key), len(values.value)) == (
                queries,
                queries,
                keys,
                keys,
            )
            assert values.mask.shape == (queries, keys)
            assert values.mask.dtype == bool
            np.testing.assert_allclose(rebuilt(values), pattern[layer, head], atol=1e-5)
            np.testing.assert_allclose(pattern[layer, head] @ values.value, values.output, atol=1e-5)


def test_each_family_says_how_it_makes_a_score() -> None:
    def values(name: str, stack: str) -> HeadValues:
        return mh.attend(model_of(family_named(name)), PAIR).values(stack, layer=0, head=2)

    bert, gemma, t5, t5_cross = (
        values("bert", "encoder"),
        values("gemma2 window", "decoder"),
        values("t5", "encoder"),
        values("t5", "cross"),
    )
    assert bert.scaling == pytest.approx(8**-0.5)
    assert bert.mask.all()
    assert (bert.softcap, bert.bias, bert.sink) == (None, None, None)
    assert gemma.softcap == 2.0
    # A causal window of four words.
    places = np.arange(len(gemma.mask))
    np.testing.assert_array_equal(gemma.mask, (places[:, None] >= places) & (places[:, None] - places < 4))
    assert t5.scaling == 1.0
    assert t5.bias is not None
    # Positions count by distance, each direction apart; between two sentences there is no distance.
    np.testing.assert_allclose(np.diag(t5.bias, 1), t5.bias[0, 1], atol=1e-6)
    assert abs(t5.bias[0, 1] - t5.bias[1, 0]) > 1e-3
    assert t5_cross.bias is None or not t5_cross.bias.any()
    assert t5_cross.query.shape != t5_cross.key.shape
    assert values("gpt_oss", "decoder").sink is not None


def test_keys_are_rotated_and_belong_to_the_heads_group() -> None:
    """Against the llama's own projections: unrotated at the first position, rotated behind it."""
    model = model_of(family_named("llama"))
    seen = mh.attend(model, PAIR)
    attention = model.network.model.layers[0].self_attn
    keys: list[Tensor] = []
    handle = attention.k_proj.register_forward_hook(
        lambda _module, _inputs, output: keys.append(output[0].unflatten(-1, (2, 8)))
    )
    with torch.no_grad():
        model.network(**seen.inputs)
    handle.remove()
    for head, group in ((0, 0), (1, 0), (2, 1), (3, 1)):
        key = seen.values("decoder", layer=0, head=head).key
        np.testing.assert_allclose(key[0], keys[0][0, group], atol=1e-6)
        assert np.abs(key[3] - keys[0][3, group].numpy()).max() > 1e-3
        # Turning changes no length.
        np.testing.assert_allclose(np.linalg.norm(key, axis=1), keys[0][:, group].norm(dim=1), rtol=1e-5)


@pytest.mark.parametrize("family", [*READABLE, *ON_THEIR_OWN], ids=lambda family: family.name)
def test_contributions_and_bias_make_the_projections_own_output(family: Family) -> None:
    """Of a whole pair, on plain eager attention with a hook of its own."""
    model, case = model_of(family), case_of(family)
    seen = mh.attend(model, PAIR)
    paths = {module: path for path, module in model.network.named_modules()}
    for stack in seen.stacks:
        added = seen.contributions(stack)
        sites = model.attention.sites[stack]
        own = [case.eager.get_submodule(paths[site.projection]) for site in sites]
        with given_out(own) as outputs, torch.no_grad():
            case.eager(**seen.inputs)
        assert added.dtype == np.float32
        assert added.shape == (len(sites), HEADS, seen.pattern(stack).shape[2], outputs[0].shape[-1])
        for layer, output in enumerate(outputs):
            # Of one sentence: FSMT has the batch behind the query.
            np.testing.assert_allclose(added[layer].sum(0) + bias_of(own[layer]), output.flatten(0, 1), atol=1e-4)


def test_an_ablated_head_adds_what_stands_in_its_place() -> None:
    model = model_of(family_named("bart"))
    ablate = {("cross", 1, 2): "zero", ("encoder", 0, 1): "mean", ("decoder", 0, 3): "uniform"}
    intact, seen = mh.attend(model, PAIR), mh.attend(model, PAIR, ablate=ablate)
    assert not seen.contributions("cross")[1, 2].any()
    assert intact.contributions("cross")[1, 2].any()
    first, *others = seen.contributions("encoder")[0, 1]
    assert first.any()
    for other in others:
        np.testing.assert_allclose(other, first, atol=1e-6)
    values = seen.values("decoder", layer=0, head=3)
    np.testing.assert_allclose(seen.pattern("decoder")[0, 3] @ values.value, values.output, atol=1e-6)
    np.testing.assert_allclose(values.output[-1], values.value.mean(0), atol=1e-6)
    # Later layers are those of the network with its heads switched off.
    assert np.abs(seen.contributions("cross")[1, 0] - intact.contributions("cross")[1, 0]).max() > 1e-3


@pytest.mark.parametrize("conv", [False, True])
def test_a_conv1d_lies_the_other_way_round(conv: bool) -> None:
    """Three heads of four dimensions to twelve: a square weight, which fits both ways round."""
    projection = Conv1D(12, 12) if conv else nn.Linear(12, 12)
    torch.nn.init.normal_(projection.weight)
    output = torch.randn(5, 3, 4)
    added = contributions(output, projection)
    assert added.shape == (3, 5, 12)
    for head in range(3):
        alone = torch.zeros(5, 3, 4)
        alone[:, head] = output[:, head]
        with torch.no_grad():
            expected = projection(alone.flatten(1)) - projection.bias
        np.testing.assert_allclose(added[head], expected, atol=1e-5)


def test_shapes_that_do_not_belong_together() -> None:
    with pytest.raises(ShapeError, match="3 heads of 4"):
        contributions(torch.randn(5, 3, 4), nn.Linear(16, 12))
    case = case_of(family_named("bloom"))
    calls, _logits = watch(case, batch(case, "none"))
    with pytest.raises(ShapeError):
        head_values(calls["decoder"][0], 0)


def test_what_cannot_be_told_is_said() -> None:
    before_a_norm = mh.attend(model_of(BEFORE_A_NORM), PAIR)
    with pytest.raises(Problem, match="no projection"):
        before_a_norm.contributions("decoder")
    bert = mh.attend(model_of(family_named("bert")), PAIR)
    for stack, layer, head in (("decoder", 0, 0), ("encoder", 3, 0), ("encoder", 0, 4), ("encoder", -1, 0)):
        with pytest.raises(Problem, match=f"L{layer} H{head}"):
            bert.values(stack, layer=layer, head=head)
    with pytest.raises(Problem, match="cross"):
        bert.contributions("cross")


def test_minilm_taken_apart(minilm: mh.Model) -> None:
    """The bundled model, against plain transformers with hooks on the query, key, value and output layers of one
    layer.
    """
    seen = mh.attend(minilm, mh.SentencePair("The cat sits on the mat.", "It was tired"))
    reference = AutoModel.from_pretrained(minilm.network.name_or_path, attn_implementation="eager")
    layer, head, width = 3, 7, 32
    attention = reference.encoder.layer[layer].attention
    with (
        given_out([attention.self.query]) as query,
        given_out([attention.self.key]) as key,
        given_out([attention.self.value]) as value,
        given_out([attention.output.dense]) as output,
        torch.no_grad(),
    ):
        reference(**seen.inputs)
    values = seen.values("encoder", layer=layer, head=head)
    slice_ = slice(head * width, (head + 1) * width)
    for ours, theirs in ((values.query, query), (values.key, key), (values.value, value)):
        np.testing.assert_allclose(ours, theirs[0][0, :, slice_], atol=1e-5)
    np.testing.assert_allclose(rebuilt(values), seen.pattern("encoder")[layer, head], atol=1e-5)
    added = seen.contributions("encoder")
    assert added.shape == (6, 12, 13, 384)
    np.testing.assert_allclose(
        added[layer].sum(0) + attention.output.dense.bias.detach().numpy(), output[0][0], atol=1e-5
    )
