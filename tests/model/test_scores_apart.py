"""The steps from queries and keys to weights give what each family's own attention gave, and queries before rotation
are the projections' own.
"""

import numpy as np
import pytest
import torch
from cases import family_named, model_of
from loaded import loaded
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

import mhattn_core as mh
from mhattn_core.attention.pre_rope import before_rotation
from mhattn_core.measures.inside.score_decomposition import products, steps

PAIR = mh.SentencePair("the cat sits on a mat", "it was tired")
# Of a grouped model, head 1 reads the first key/value group and head 2 the second.
HEADS_TO_TRY = (1, 2)
QUIRKS = {
    "bert": {"no cap": True, "no bias": True},
    "llama": {},
    "gemma2 window": {"no cap": False},
    "gemma3_text window": {},
    "t5": {"no bias": False},
    "marian": {},
    "gpt_oss": {"no sink": False},
    "gpt_oss window": {"no sink": False},
}


@pytest.mark.parametrize("name", QUIRKS)
def test_the_last_number_is_the_weight_of_the_page_attention(name: str) -> None:
    seen = mh.attend(model_of(family_named(name)), PAIR)
    for stack in seen.stacks:
        pattern = seen.pattern(stack)
        for layer in range(len(pattern)):
            for head in HEADS_TO_TRY:
                values = seen.values(stack, layer=layer, head=head)
                found = steps(values)
                np.testing.assert_allclose(found.weight, pattern[layer, head], atol=1e-5)
                np.testing.assert_allclose(found.dot[2, 1], products(values, 2, 1).sum(), atol=1e-12)
                if stack != "cross":
                    absent = {
                        "no cap": found.capped is None,
                        "no bias": found.biased is None,
                        "no sink": values.sink is None,
                    }
                    assert all(absent[quirk] == expected for quirk, expected in QUIRKS[name].items())


def test_minilm_and_the_bundled_translator(minilm: mh.Model) -> None:
    for model, stack in ((minilm, "encoder"), (loaded("marian-en-zh"), "cross")):
        seen = mh.attend(model, mh.SentencePair("The cat sits on the mat"))
        pattern = seen.pattern(stack)
        for layer in range(len(pattern)):
            weight = steps(seen.values(stack, layer=layer, head=3)).weight
            np.testing.assert_allclose(weight, pattern[layer, 3], atol=1e-5)


@pytest.mark.parametrize("name", ["llama", "gemma3_text", "phi", "phi3", "gpt_neox", "qwen3", "modernbert", "smollm3"])
def test_what_comes_before_rotation_has_the_same_lengths_and_the_same_first_row(name: str) -> None:
    """Separate projections, fused ones of both orders, norms behind them, half-turned heads, other key/value groups."""
    seen = mh.attend(model_of(family_named(name)), PAIR)
    (stack,) = seen.stacks
    for head in HEADS_TO_TRY:
        found, values = before_rotation(seen, stack, layer=0, head=head), seen.values(stack, layer=0, head=head)
        assert found.rotated
        for before, after in ((found.query, values.query), (found.key, values.key)):
            assert before is not None
            np.testing.assert_allclose(before[0], after[0], atol=1e-5)
            np.testing.assert_allclose(np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1), rtol=1e-3)
            assert np.abs(before[3] - after[3]).max() > 1e-3


def test_rotating_what_was_found_gives_what_the_attention_got() -> None:
    """Against the llama's own rotation."""
    model = model_of(family_named("llama"))
    seen = mh.attend(model, PAIR)
    found, values = before_rotation(seen, "decoder", layer=2, head=2), seen.values("decoder", layer=2, head=2)
    assert found.query is not None
    assert found.key is not None
    positions = torch.arange(len(found.query))[None]
    cos, sin = model.network.model.rotary_emb(torch.zeros(1), positions)
    turned = apply_rotary_pos_emb(torch.tensor(found.query)[None, None], torch.tensor(found.key)[None, None], cos, sin)
    for ours, theirs in zip(turned, (values.query, values.key), strict=True):
        np.testing.assert_allclose(ours[0, 0], theirs, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "stack"),
    [("bert", "encoder"), ("gpt2", "decoder"), ("opt", "decoder"), ("t5", "encoder"), ("marian", "cross")],
)
def test_without_rotation_it_is_the_same(name: str, stack: str) -> None:
    seen = mh.attend(model_of(family_named(name)), PAIR)
    found, values = before_rotation(seen, stack, layer=1, head=1), seen.values(stack, layer=1, head=1)
    assert not found.rotated
    assert found.query is not None
    assert found.key is not None
    np.testing.assert_allclose(found.query, values.query, atol=1e-5)
    np.testing.assert_allclose(found.key, values.key, atol=1e-5)


def test_queries_put_together_from_several_modules_are_not_available() -> None:
    seen = mh.attend(model_of(family_named("deepseek_v3")), PAIR)
    found = before_rotation(seen, "decoder", layer=0, head=1)
    assert (found.query, found.key, found.rotated) == (None, None, False)
