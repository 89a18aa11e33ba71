"""Heads by their weights: matrices found by value are the modules' own, scores are those of dense matrices, and networks
made for it copy and compose.
"""

import numpy as np
import pytest
import torch
from cases import family_named, model_of, word_tokenizer
from test_knockout import copying_model
from torch import Tensor, nn

from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.circuits.heads import Circuits
from mhattn_core.experiments.circuits.tables import COMPOSITION, COPYING, composition_table, copying_table
from mhattn_core.experiments.circuits.tokens import attended_tokens, promoted_tokens
from mhattn_core.experiments.circuits.weights import head_matrices
from mhattn_core.heads import Head
from mhattn_core.measures.circuits.composition import composition_scores, left_factor, right_factor, rotation
from mhattn_core.measures.circuits.copying import copying_score
from mhattn_core.models.model import Model
from mhattn_core.runs.studies.circuits import CIRCUITS
from mhattn_core.runs.study import Corpus, StudyInput

HEADS, GROUPS, WIDTH = 4, 2, 8


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.double)


def test_copying_by_hand() -> None:
    """Eigenvalues 3 and −1; ±i, which cancel; none."""
    cores = torch.tensor([[[1.0, 2.0], [2.0, 1.0]], [[0.0, 1.0], [-1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
    np.testing.assert_allclose(copying_score(cores), [0.5, 0, np.nan], atol=1e-12)


def test_factors_keep_every_length() -> None:
    first, second, before, behind = drawn(3, 9, 2), drawn(3, 2, 9), drawn(7, 9), drawn(9, 5)
    whole = first @ second
    torch.testing.assert_close(
        (left_factor(first, second) @ behind).norm(dim=(1, 2)), (whole @ behind).norm(dim=(1, 2))
    )
    torch.testing.assert_close(
        (before @ right_factor(first, second)).norm(dim=(1, 2)), (before @ whole).norm(dim=(1, 2))
    )


def test_random_rotations_compose_as_expected_whatever_the_ranks() -> None:
    size, writes, reads = 12, drawn(1, 3, 12), drawn(1, 12, 5)
    scores = [composition_scores(writes @ rotation(size, seed), reads).item() ** 2 for seed in range(600)]
    error = np.std(scores) / 600**0.5
    assert np.mean(scores) == pytest.approx(1 / size, abs=4 * error)
    same = composition_scores(torch.eye(12)[None, :1], torch.eye(12)[None, :, :1])
    assert same.item() == 1


def plain_matrices(model: Model, layer: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """W_Q, W_K, W_V and W_O of each head by the names of the family's modules, ``[head, in, out]``."""
    network = model.network
    if model.name == "gpt2":
        attention = network.transformer.h[layer].attn
        q, k, v = attention.c_attn.weight.reshape(32, 3, HEADS, WIDTH).permute(1, 2, 0, 3)
        return q, k, v, attention.c_proj.weight.reshape(HEADS, WIDTH, 32)
    if model.name == "gpt_neox":
        attention = network.gpt_neox.layers[layer].attention
        q, k, v = attention.query_key_value.weight.T.reshape(32, HEADS, 3, WIDTH).permute(2, 1, 0, 3)
        return q, k, v, attention.dense.weight.T.reshape(HEADS, WIDTH, 32)
    attention = network.model.layers[layer].self_attn
    q, k, v = (
        getattr(attention, name).weight.T.reshape(32, -1, WIDTH).transpose(0, 1)
        for name in ("q_proj", "k_proj", "v_proj")
    )
    share = HEADS // len(k)
    return (
        q,
        k.repeat_interleave(share, 0),
        v.repeat_interleave(share, 0),
        attention.o_proj.weight.T.reshape(HEADS, WIDTH, 32),
    )


@pytest.mark.parametrize("name", ["gpt2", "llama", "gpt_neox", "qwen3"])
def test_matrices_are_those_of_the_modules(name: str) -> None:
    model = model_of(family_named(name))
    layers = head_matrices(model, "decoder")
    assert [layer.layer for layer in layers] == [0, 1, 2]
    for layer in layers:
        query, key, value, output = plain_matrices(model, layer.layer)
        if name == "qwen3":  # it normalises queries and keys
            assert layer.query is layer.key is None
        else:
            torch.testing.assert_close(layer.query, query, atol=1e-4, rtol=0)
            torch.testing.assert_close(layer.key, key, atol=1e-4, rtol=0)
        torch.testing.assert_close(layer.value, value, atol=1e-4, rtol=0)
        torch.testing.assert_close(layer.output, output)


def norms(model: Model, layer: int) -> tuple[nn.Module, nn.Module]:
    body = model.network.transformer if model.name == "gpt2" else model.network.model
    return (body.h[layer].ln_1, body.ln_f) if model.name == "gpt2" else (body.layers[layer].input_layernorm, body.norm)


def without_scale(norm: nn.Module, vectors: Tensor) -> Tensor:
    centred = vectors - vectors.mean(dim=-1, keepdim=True) if isinstance(norm, nn.LayerNorm) else vectors
    # Gemma's weights are added to 1.
    return (norm.weight.double() + ("Gemma" in type(norm).__name__)) * centred


def telling(name: str) -> Model:
    model = model_of(family_named(name))
    for parameter in model.network.parameters():
        if parameter.dim() == 1:
            torch.nn.init.uniform_(parameter, 0.5, 2)
    return model


@pytest.mark.parametrize("name", ["gpt2", "llama", "gemma"])
def test_scores_are_those_of_dense_matrices(name: str) -> None:
    """GPT-2's embeddings are tied and its norm centres; Llama's are not and it has groups of keys and values; Gemma
    multiplies its embeddings.
    """
    model = telling(name)
    circuits = Circuits.of(model)
    copying, composition = copying_table(circuits), composition_table(circuits)
    embedding = model.network.get_input_embeddings().weight.double()
    unembedding = model.network.get_output_embeddings().weight.double()
    unembedding = unembedding - unembedding.mean(dim=0)
    ov, folded = {}, {}
    for layer in range(3):
        q, k, v, o = (matrix.double() for matrix in plain_matrices(model, layer))
        first, last = norms(model, layer)
        alone = (first(embedding.float()) - (first.bias if name == "gpt2" else 0)).double()
        for head in range(HEADS):
            dense = without_scale(last, alone @ v[head] @ o[head]) @ unembedding.T
            eigenvalues = np.linalg.eigvals(dense.numpy())
            row = copying.query("layer == @layer and head == @head").iloc[0]
            assert row["copying"] == pytest.approx(eigenvalues.sum().real / np.abs(eigenvalues).sum(), abs=2e-3)
            # Of what stands in the stream: each unit vector through the norm.
            read = without_scale(first, torch.eye(32, dtype=torch.double))
            ov[layer, head] = read @ v[head] @ o[head]
            folded[layer, head] = {
                "query": read @ q[head] @ (read @ k[head]).T,
                "key": read @ k[head] @ (read @ q[head]).T,
                "value": ov[layer, head],
            }
    assert tuple(copying) == COPYING
    assert tuple(composition) == COMPOSITION
    assert len(composition) == 2 * HEADS * 3
    for row in composition.to_dict("records"):
        reads = folded[row["layer_b"], row["head_b"]][row["kind"]]
        scores = {
            cell: float((matrix @ reads).norm() / matrix.norm() / reads.norm())
            for cell, matrix in ov.items()
            if cell[0] < row["layer_b"]
        }
        assert max(scores, key=scores.__getitem__) == (row["layer_a"], row["head_a"])
        assert row["composition"] == pytest.approx(max(scores.values()), abs=1e-4)
        assert row["expected"] == pytest.approx(32**-0.5)


def test_random_weights_lie_where_chance_has_them() -> None:
    copying = copying_table(Circuits.of(model_of(family_named("llama"))))
    within = (copying["random_low"] <= copying["copying"]) & (copying["copying"] <= copying["random_high"])
    assert within.mean() > 0.7


def test_a_copying_head_and_its_opposite() -> None:
    model = copying_model()
    circuits = Circuits.of(model)
    scores = copying_table(circuits).set_index("head")["copying"]
    assert scores[0] > 0.9
    assert np.isnan(scores[1])
    token = word_tokenizer().get_vocab()["cat"]
    found = promoted_tokens(circuits, Head("decoder", 0, 0), token)
    assert (found.rank, found.table["token"].iloc[0]) == (1, "cat")
    assert found.table["score"].iloc[0] > 2 * found.random
    with torch.no_grad():
        model.network.transformer.h[0].attn.c_proj.weight.neg_()
    turned = Circuits.of(model)
    assert copying_table(turned)["copying"].iloc[0] < -0.9
    assert (
        promoted_tokens(turned, Head("decoder", 0, 0), token).table.query("end == 'bottom'")["token"].iloc[-1] == "cat"
    )


def test_keys_that_a_query_fits_by_hand() -> None:
    model, head, token = telling("llama"), Head("decoder", 1, 2), 41
    query, key, _value, _output = plain_matrices(model, head.layer)
    embedding, (norm, _last) = model.network.get_input_embeddings().weight, norms(model, head.layer)
    read = norm(embedding)
    scores = (read @ key[head.head]) @ (read[token] @ query[head.head]) / WIDTH**0.5
    found = attended_tokens(Circuits.of(model), head, token)
    top = found.table.query("end == 'top'")["score"]
    np.testing.assert_allclose(top, (scores - scores.mean()).sort(descending=True).values[:10], atol=1e-3)
    assert found.rank == 1 + int((scores > scores[token]).sum())


@pytest.mark.parametrize("name", ["bert", "gemma2", "t5"])
def test_where_there_is_no_stream_the_reason_is_told(name: str) -> None:
    model = model_of(family_named(name))
    with pytest.raises(NotAvailable):
        Circuits.of(model)
    tables = CIRCUITS.measure(StudyInput.here(model, Corpus([]), lambda _texts: None))
    assert tables["circuits"]["reason"].str.len().min() > 20
    assert tables["circuits"]["copying"].isna().all()
    assert len(tables["circuits"]) == len(model.attention.all_heads())
    assert tables["composition"].empty


def test_without_a_language_head_heads_still_compose() -> None:
    model = telling("llama")
    bare = Model(model.name, "tiny", model.network.model, model.tokenizer, model.attention, None)
    tables = CIRCUITS.measure(StudyInput.here(bare, Corpus([]), lambda _texts: None))
    assert tables["circuits"]["copying"].isna().all()
    assert tables["circuits"]["reason"].str.contains("language head").all()
    whole = CIRCUITS.measure(StudyInput.here(model, Corpus([]), lambda _texts: None))["composition"]
    np.testing.assert_allclose(tables["composition"]["composition"], whole["composition"], atol=1e-5)
