"""A head that gives what it gives for another text, where only one pair is read."""

import numpy as np
import pytest
import torch
from cases import family_named, model_of

import mhattn_core as mh
from mhattn_core.attention.generate import continued
from mhattn_core.attention.replacements import other_text, outputs_elsewhere
from mhattn_core.experiments.ablation.pair import ablate_each
from mhattn_core.text.examples import examples

PAIR = mh.SentencePair("the cat sits on a mat and slept all day")


def test_another_text_is_chosen_by_the_pair_and_is_no_longer() -> None:
    model = model_of(family_named("llama"))
    other = other_text(model, PAIR)
    assert other == other_text(model, mh.SentencePair(PAIR.source))
    assert (
        0
        < len(other.a.words)
        <= max(len(PAIR.a.words), max(len(mh.SentencePair(e.english).a.words) for e in examples()))
    )
    assert not other.target
    others = {other_text(model, mh.SentencePair(f"{PAIR.source} {number}")).source for number in range(20)}
    assert len(others) > 5
    long = mh.SentencePair(" ".join([PAIR.source] * 8), " ".join([PAIR.source] * 8))
    joined = other_text(model, long)
    assert 60 < len(joined.a.words) <= len(long.a.words)
    assert joined.target
    assert any(
        one.chinese in other_text(model, mh.SentencePair("面包师在日出前开了那家小店。")).source for one in examples()
    )


def test_a_translator_is_given_a_sentence_and_its_translation() -> None:
    model = model_of(family_named("marian"))
    for pair in (mh.SentencePair("the cat slept"), mh.SentencePair("the cat slept", "很好")):
        other = other_text(model, pair)
        assert (other.source, other.target) in {(one.english, one.chinese) for one in examples()}


@pytest.mark.parametrize("name", ["bert", "llama", "bart"])
def test_the_output_is_that_for_the_other_text_at_the_same_positions(name: str) -> None:
    model = model_of(family_named(name))
    pair = mh.SentencePair(PAIR.source, "it was very tired" if name == "bart" else "")
    stack = model.stacks[-1]
    seen = mh.attend(model, pair, ablate={(stack, 1, 2): "resample"})
    other = mh.attend(model, other_text(model, pair)).values(stack, layer=1, head=2).output
    given = seen.values(stack, layer=1, head=2).output
    last = len(other) - 1
    np.testing.assert_allclose(given, other[[min(at, last) for at in range(len(given))]], atol=1e-5)
    intact = mh.attend(model, pair).values(stack, layer=1, head=2).output
    assert np.abs(given - intact).max() > 1e-3
    assert outputs_elsewhere(model, pair)[stack, 1].shape[1] == len(other)


def test_every_head_of_a_pair_is_resampled_and_a_text_goes_on() -> None:
    model = model_of(family_named("llama"))
    rows = ablate_each(model, PAIR, kind="resample")
    assert set(rows["kind"]) == {"resample"}
    assert rows["delta"].abs().max() > 1e-3
    head = ("decoder", 2, 1)
    row = rows[(rows["layer"] == 2) & (rows["head"] == 1)].iloc[0]
    seen = mh.attend(model, PAIR)
    last = torch.tensor(mh.attend(model, other_text(model, PAIR)).values("decoder", layer=2, head=1).output)
    positions = torch.arange(seen.pattern("decoder").shape[2]).clamp(max=len(last) - 1)

    def put(_module: object, given: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        parts = given[0].clone().reshape(1, len(positions), 4, -1)
        parts[0, :, 1] = last[positions]
        return (parts.reshape(given[0].shape),)

    network = family_named("llama").build("eager")
    network.model.layers[2].self_attn.o_proj.register_forward_pre_hook(put)
    ids = seen.inputs["input_ids"]
    with torch.no_grad():
        logits = network(input_ids=ids).logits[0, :-1]
    expected = torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="none")[-len(PAIR.a.words) :].mean()
    assert row["ablated"] == pytest.approx(float(expected), abs=1e-4)
    # What the tiny network writes may be no word.
    assert not continued(seen, {head: "resample"}, longest=5).complete
