"""Whether a model prefers what grammar allows without a head, against sums taken by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from cases import family_named, model_of

import mhattn_core as mh
from mhattn_core.attention.ablation import switch_off
from mhattn_core.attention.minimal_pair_batches import choices
from mhattn_core.experiments.ablation.minimal_pairs import minimal_pairs_table, readable
from mhattn_core.text.minimal_pairs import MinimalPair, minimal_pairs

WORDS = [
    MinimalPair("nsubj", "the cat on a mat", "slept", "long"),
    MinimalPair("nsubj", "the cat on a mat", "sits", "day"),
    MinimalPair("nsubj", "it", "was", "the"),
    MinimalPair("det", "on all", "day", "day long"),  # one begins with the other: which is meant cannot be told
    MinimalPair("det", "a very", "unheard", "unseen"),  # both unknown
]


@pytest.mark.parametrize(
    ("name", "hidden", "place"), [("llama", "", -1), ("bert", " [MASK]", -2), ("marian", " slept.", None)]
)
def test_minimal_pairs_by_hand(name: str, hidden: str, place: int | None) -> None:
    """place: where the words stand among the predictions, counted from the end; of a translator behind the words that
    it has written.
    """
    model = model_of(family_named(name))
    model.tokenizer.add_special_tokens({"mask_token": "[MASK]"})
    stop = "" if name == "llama" else "."
    if stop:
        # A full stop is part of the last word for this tokenizer.
        model.tokenizer.add_tokens(["slept.", "long.", "sits.", "was.", "the."])

    def prefers_good(pair: MinimalPair, ablate: dict[tuple[str, int, int], str]) -> bool:
        text = pair.opening + hidden
        seen = mh.attend(model, mh.SentencePair(pair.source, text) if name == "marian" else mh.SentencePair(text))
        with torch.no_grad(), model.attention.watching(lambda call: switch_off(call, ablate)):
            logits = model.network(**seen.inputs).logits[0, len(pair.opening.split()) if place is None else place]
        good, bad = (model.tokenizer.convert_tokens_to_ids(word + stop) for word in (pair.good, pair.bad))
        return bool(logits[good] > logits[bad])

    # What the tiny model prefers is made the good word, so that it has something to lose.
    words = [replace(pair, source="the cat slept") for pair in WORDS[:3]]
    words = [pair if prefers_good(pair, {}) else replace(pair, good=pair.bad, bad=pair.good) for pair in words]
    left_out = WORDS[3:] if name != "marian" else []
    table = minimal_pairs_table(model, [*words, *left_out], "zero")
    assert set(table["relation"]) == {"nsubj"}
    assert (table["n"] == 3).all()
    assert len(table) == len(model.attention.all_heads())
    assert (table["intact"] == 1).all()
    costliest = table.loc[table["delta"].idxmax()]
    head = (str(costliest["stack"]), int(costliest["layer"]), int(costliest["head"]))
    assert costliest["ablated"] == pytest.approx(np.mean([prefers_good(pair, {head: "zero"}) for pair in words]))
    # Three pairs of two openings stand in two rows.
    assert sum(len(batch.task.rows) for batch in choices(model, words)) == 2
    assert not table["hurts"].any()  # two openings say nothing
    np.testing.assert_allclose(table["delta"], table["intact"] - table["ablated"], atol=1e-9)
    assert minimal_pairs_table(replace(model, head=None), words, "zero").empty
    # Who is always wrong has nothing to lose.
    assert minimal_pairs_table(model, [replace(pair, good=pair.bad, bad=pair.good) for pair in words], "zero").empty


def test_a_model_is_asked_in_a_language_that_it_reads() -> None:
    """By the catalogue: a translator reads the source and writes the opening."""
    pairs = minimal_pairs()
    llama = model_of(family_named("llama"))
    asked = {
        name: {pair.relation for pair in readable(replace(llama, name=name), pairs)}
        for name in ("smollm2", "bert-base-chinese", "mine")
    }
    english, chinese = {"nsubj", "det", "obj"}, {"connective_partner", "cause_partner"}
    assert asked == {"smollm2": english, "bert-base-chinese": chinese, "mine": english | chinese}
    for name, expected in (("marian-zh-en", english), ("marian-en-zh@random", chinese)):
        assert {pair.relation for pair in readable(mh.load(name, device="cpu"), pairs)} == expected
