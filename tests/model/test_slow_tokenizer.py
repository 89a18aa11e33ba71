"""A tokenizer that is written in Python and gives no offsets: its pieces are found in the text all the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from families import PLAIN
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedModel, PythonBackend

import mhattn_core as mh
from mhattn_core.models.wrap import wrap

LETTERS = 3
SOURCE, TARGET = "Tired cats sleep, don't they", "on mats"


class InThrees(PythonBackend):  # type: ignore[misc]
    """Small letters, in pieces of at most three, the later ones of a word with a sign in front."""

    model_input_names = ("input_ids", "token_type_ids", "attention_mask")

    def __init__(self, **options: Any) -> None:
        self._known: dict[str, int] = {"[UNK]": 0, "[PAD]": 1, "[CLS]": 2, "[SEP]": 3}
        super().__init__(**({"unk_token": "[UNK]"} | options))

    @property
    def vocab_size(self) -> int:
        return PLAIN["vocab_size"]

    def get_vocab(self) -> dict[str, int]:
        return dict(self._known)

    def _tokenize(self, text: str, **_options: Any) -> list[str]:
        words = text.lower().split()
        return [
            ("~" if start else "") + word[start : start + LETTERS]
            for word in words
            for start in range(0, len(word), LETTERS)
        ]

    def _convert_token_to_id(self, token: str) -> int:
        return self._known.setdefault(token, len(self._known))

    def _convert_id_to_token(self, index: int) -> str:
        return next(token for token, number in self._known.items() if number == index)

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        return "".join(token.removeprefix("~") if token.startswith("~") else f" {token}" for token in tokens).strip()


def encoder() -> PreTrainedModel:
    return BertModel(BertConfig(**PLAIN))


def decoder() -> PreTrainedModel:
    return LlamaForCausalLM(LlamaConfig(**PLAIN))


def model_with(network: PreTrainedModel, **special: str) -> mh.Model:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for parameter in network.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.3)
    return wrap(network, InThrees(**special), name="slow")


@pytest.mark.parametrize(
    ("make", "special"),
    [(encoder, {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}), (decoder, {})],
    ids=["encoder", "decoder without BOS and padding"],
)
def test_words_are_made_of_pieces_without_offsets(make: Any, special: dict[str, str]) -> None:
    model = model_with(make(), **special)
    assert not model.tokenizer.is_fast
    seen = mh.attend(model, mh.SentencePair(SOURCE, TARGET))
    stack = seen.stacks[0]
    (queries, _keys), text = seen.pieces(stack), {side: seen.sentences[side].text for side in "ab"}
    said = {side: [text[side][one.start : one.end] for one in queries if one.side == side] for side in "ab"}
    assert said == {
        "a": ["Tir", "ed", "cat", "s", "sle", "ep,", "don", "'t", "the", "y"],
        "b": ["on", "mat", "s"],
    }
    grid, pattern = seen.words(stack), seen.pattern(stack)
    assert "".join(grid.keys[: len(grid.keys) - 2]) == SOURCE.replace(" ", "")
    # From “y” to “cats” is the sum over its two pieces; “they” is the mean of its own two rows.
    at = [number for number, one in enumerate(queries) if one.side == "a"]
    cats, they = grid.keys.index("cats"), grid.queries.index("they")
    expected = pattern[:, :, at[8:10]][..., at[2:4]].sum(axis=-1).mean(axis=-1)
    np.testing.assert_allclose(grid.pattern[:, :, they, cats], expected, atol=1e-6)


def test_a_run_of_texts_of_unequal_length_without_padding(tmp_path: Path) -> None:
    """A run's mean over words is that of the words of each text alone."""
    model = model_with(decoder())
    pairs = [mh.SentencePair(text) for text in (SOURCE, TARGET, "cats", "they sleep on mats and don't")]
    run = mh.analyze([model], pairs, out=tmp_path / "run")
    found = run.heads[run.heads["measure"] == "special_mass"].sort_values(["layer", "head"])["value"]
    alone = [mh.attend(model, pair).words("decoder").special_mass for pair in pairs]
    assert run.skipped.empty
    np.testing.assert_allclose(found, np.concatenate(alone, axis=-1).mean(axis=-1).flatten(), atol=1e-6)
