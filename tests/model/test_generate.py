"""What a model writes, guesses and makes of a sentence with heads switched off."""

from typing import Any

import numpy as np
import pytest
import torch
from loaded import loaded
from tiny import config, put_tokenizer
from transformers import BertForMaskedLM

import mhattn_core as mh
from mhattn_core.attention.generate import continued
from mhattn_core.attention.masked_words import masked_words
from mhattn_core.attention.sentence_vectors import sentence_vector
from mhattn_core.errors import Problem
from mhattn_core.heads import Head
from mhattn_core.text.gallery import gallery


@pytest.fixture(scope="module")
def seen() -> mh.AttentionResult:
    return mh.attend(loaded("marian-zh-en"), gallery()["library"].pair.turned)


def by_hand(seen: mh.AttentionResult, off: list[Head], longest: int) -> list[int]:
    """Greedy decoding step by step, the heads' slices set to nothing on their way into the output projection."""
    network: Any = seen.model.network
    handles = []
    for stack, layer, head in off:
        projection: Any = seen.model.attention.sites[stack][layer].projection
        size = projection.in_features // seen.model.attention.heads(stack)

        def cut(
            _module: Any, inputs: tuple[torch.Tensor, ...], start: int = head * size, end: int = (head + 1) * size
        ) -> Any:
            changed = inputs[0].clone()
            changed[..., start:end] = 0
            return (changed,)

        handles.append(projection.register_forward_pre_hook(cut))
    ids = seen.inputs["decoder_input_ids"][:, :1]
    source = {name: tensor for name, tensor in seen.inputs.items() if name != "decoder_input_ids"}
    with torch.no_grad():
        for _step in range(longest):
            logits = network(**source, decoder_input_ids=ids).logits[0, -1]
            logits[network.config.pad_token_id] = -torch.inf  # Marian's generation never writes padding
            ids = torch.cat([ids, logits.argmax()[None, None]], dim=1)
            if int(ids[0, -1]) == network.config.eos_token_id:
                break
    for handle in handles:
        handle.remove()
    return ids[0, 1:].tolist()


def test_with_all_heads_it_is_what_transformers_writes(seen: mh.AttentionResult) -> None:
    network: Any = seen.model.network
    source = {name: tensor for name, tensor in seen.inputs.items() if name != "decoder_input_ids"}
    own = network.generate(**source, num_beams=1, do_sample=False, max_new_tokens=60)[0]
    found = continued(seen)
    assert found.text == seen.model.tokenizer.decode(own, skip_special_tokens=True)
    assert found.complete


@pytest.mark.parametrize("off", [[("cross", 1, 0)], [("encoder", 0, 2), ("decoder", 2, 5), ("cross", 2, 7)]])
def test_heads_are_off_at_every_step(seen: mh.AttentionResult, off: list[Head]) -> None:
    text = continued(seen, dict.fromkeys(off, "zero")).text
    assert text == seen.model.tokenizer.decode(by_hand(seen, off, 60), skip_special_tokens=True)
    assert text != continued(seen).text


def test_one_head_takes_the_library_away(seen: mh.AttentionResult) -> None:
    assert "library" in continued(seen).text
    assert "library" not in continued(seen, {("cross", 1, 0): "zero"}).text


def test_a_limit_ends_it_and_each_token_is_told(seen: mh.AttentionResult) -> None:
    shares: list[float] = []
    found = continued(seen, longest=3, tell=shares.append)
    assert not found.complete
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("kind", ["mean", "uniform"])
def test_other_ways_to_be_off_write_as_well(seen: mh.AttentionResult, kind: Any) -> None:
    layers, heads = seen.model.attention.layers("cross"), seen.model.attention.heads("cross")
    off = {("cross", layer, head): kind for layer in range(layers) for head in range(heads)}
    assert continued(seen, off).text != continued(seen).text


def test_a_causal_model_goes_on_after_the_text(smollm2: mh.Model) -> None:
    seen = mh.attend(smollm2, mh.SentencePair("The cat sits on the mat"))
    intact, without = continued(seen, longest=6), continued(seen, {("decoder", 1, 3): "zero"}, longest=6)
    assert not intact.text.startswith("The cat")
    assert intact.text != without.text
    assert not intact.complete


def test_a_model_that_only_reads_says_so(minilm: mh.Model, seen: mh.AttentionResult) -> None:
    with pytest.raises(Problem, match="does not write"):
        continued(mh.attend(minilm, mh.SentencePair("The cat sits on the mat")))
    with pytest.raises(Problem, match="has no head L9 H0"):
        continued(seen, {("cross", 9, 0): "zero"})


def test_a_sentence_vector_is_the_mean_of_the_last_states(minilm: mh.Model) -> None:
    fed = minilm.tokenizer("The cat sits on the mat", return_tensors="pt")
    with torch.no_grad():
        states = minilm.network(**fed).last_hidden_state[0]
    mean = states.mean(dim=0).numpy()
    found = sentence_vector(minilm, "The cat sits on the mat")
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-5)
    moved = sentence_vector(minilm, "The cat sits on the mat", {("encoder", 5, 7): "zero"})
    assert 1 - moved @ found > 1e-3
    with pytest.raises(Problem, match="has no head"):
        sentence_vector(minilm, "The cat", {("encoder", 6, 0): "zero"})


def test_each_word_is_hidden_with_all_its_pieces(tmp_path: Any) -> None:
    torch.manual_seed(0)
    BertForMaskedLM(config()).save_pretrained(put_tokenizer(tmp_path))
    model = mh.load(str(tmp_path), device="cpu")
    assert model.head == "language"
    seen = mh.attend(model, mh.SentencePair("The zyzzyva sleeps."))
    found = masked_words(seen)
    assert found["word"].tolist() == ["The", "zyzzyva", "sleeps", "."]
    ids = seen.inputs["input_ids"].clone()
    places = [
        place
        for place, piece in enumerate(seen.pieces("encoder")[0])
        if (piece.start, piece.end) != (0, 0) and 4 <= piece.start < 11
    ]
    assert len(places) > 1
    expected = ids[0, places]
    ids[0, places] = model.tokenizer.mask_token_id
    with torch.no_grad():
        likely = model.network(**seen.inputs | {"input_ids": ids}).logits[0, places].log_softmax(dim=-1)
    assert found["probability"][1] == pytest.approx(float(likely[range(len(places)), expected].sum().exp()), rel=1e-4)
    without = masked_words(seen, {("encoder", 1, 1): "zero"})
    assert (without["probability"] != found["probability"]).all()
