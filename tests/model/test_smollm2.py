"""SmolLM2, fetched and converted."""

import torch

import mhattn_core as mh
from mhattn_core.models.catalogue import entries


def test_it_is_what_the_catalogue_says(smollm2: mh.Model) -> None:
    entry = entries()["smollm2"]
    config = smollm2.network.config
    assert (config.num_hidden_layers, config.num_attention_heads, smollm2.family) == (
        entry.layers,
        entry.heads,
        entry.family,
    )
    assert smollm2.head == "language"
    assert smollm2.stacks == ("decoder",)
    assert smollm2.network.dtype == torch.float32
    assert smollm2.revision == entry.sha256[:12]


def test_the_capital_of_france(smollm2: mh.Model) -> None:
    inputs = smollm2.tokenizer("The capital of France is", return_tensors="pt")
    written = smollm2.network.generate(**inputs, max_new_tokens=4, do_sample=False)
    assert "Paris" in smollm2.tokenizer.decode(written[0])


def test_all_its_heads_are_seen(smollm2: mh.Model) -> None:
    pattern = mh.attend(smollm2, mh.SentencePair("The cat sat down.")).pattern("decoder")
    assert pattern.shape[:2] == (30, 9)
