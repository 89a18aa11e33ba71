"""A model whose configuration says how it is to summarise: what it reads first, and how it writes."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import softmax
from tiny import put_translator
from torch import Tensor, nn

import mhattn_core as mh
from mhattn_core.attention.prepare_inputs import prepare_inputs
from mhattn_core.attention.segments import segment_weights, windows
from mhattn_core.attention.summary_task import summary_feeding, summary_prefix
from mhattn_core.attention.write_summary import MOST, write_summary
from mhattn_core.runs.summaries import stored_weights
from mhattn_core.text.documents import Document
from mhattn_core.text.reading import PairRecord
from mhattn_core.text.words import cut

DOCUMENT = Document(("The cat sits on the mat", "It was tired.", "A child is playing football in the park."))
SUMMARY = cut("The cat was playing")
PREFIX = "summarize: "
TASK = {
    "prefix": PREFIX,
    "num_beams": 3,
    "min_length": 9,
    "max_length": 14,
    "no_repeat_ngram_size": 2,
    "length_penalty": 2.0,
}


def told(folder: Path, **config: Any) -> mh.Model:
    """A tiny random model with more in its configuration."""
    path = put_translator(folder, "t5") / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))
    return mh.load(str(folder), device="cpu")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    return told(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    """The same weights."""
    return told(
        tmp_path_factory.mktemp("task"),
        task_specific_params={"summarization": TASK, "translation_en_to_de": {"prefix": "no: "}},
    )


def prefix_tokens(model: mh.Model) -> int:
    return len(model.tokenizer(PREFIX, add_special_tokens=False)["input_ids"])


class Alike(nn.Module):
    """Queries and keys of which every score is the same but for a slope over the key's place."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, shown: Tensor) -> Tensor:
        made = torch.zeros(*shown.shape[:-1], 32)
        # T5 does not scale its scores: the first of a head's 8 dimensions carries one.
        made[..., ::8] = self.slope * torch.arange(shown.shape[1])[:, None] if self.slope else 1.0
        return made


def test_the_prefix_is_what_the_configuration_names(model: mh.Model, plain: mh.Model, tmp_path: Path) -> None:
    assert summary_prefix(model) == PREFIX
    assert summary_prefix(plain) == ""
    assert summary_prefix(told(tmp_path, prefix="tl;dr ")) == "tl;dr "


def test_a_prefix_is_read_first_and_belongs_to_no_sentence(model: mh.Model) -> None:
    pair = mh.SentencePair(DOCUMENT.segments[0], SUMMARY.text)
    fed = prepare_inputs(model, replace(pair, feeding=summary_feeding(model)))
    without = prepare_inputs(model, pair)
    own = prefix_tokens(model)
    read = fed.inputs["input_ids"][0].tolist()
    assert read == model.tokenizer(PREFIX + DOCUMENT.segments[0])["input_ids"]
    pieces = fed.keys["cross"]
    assert all(piece.side is None for piece in pieces[:own])
    assert pieces[own:] == without.keys["cross"]  # the same tokens at the same places of the sentence
    assert fed.queries["cross"] == without.queries["cross"]


def test_known_attention_gives_the_prefix_to_no_segment(model: mh.Model, plain: mh.Model) -> None:
    """Scores of 0.1 a place: segments take what stands at their tokens, shifted by the prefix and not more."""
    for shown, shift in ((model, prefix_tokens(model)), (plain, 0)):
        attention = shown.network.base_model.decoder.block[1].layer[1].EncDecAttention
        own = attention.q, attention.k
        attention.q, attention.k = Alike(0.0), Alike(0.1)
        try:
            found = segment_weights(shown, DOCUMENT, SUMMARY)
        finally:
            attention.q, attention.k = own
        pair = mh.SentencePair("\n".join(DOCUMENT.segments), SUMMARY.text)
        shares = mh.attend(shown, pair).words("cross").key_axis.shares  # [token, word], of the text alone
        token = softmax(0.1 * np.arange(shift + len(shares)))
        words = token[shift:] @ shares
        ends = np.cumsum([0, *DOCUMENT.words])
        expected = [words[start:end].sum() for start, end in pairwise(ends)]
        np.testing.assert_allclose(found.weights[1], np.broadcast_to(expected, found.weights[1].shape), atol=1e-6)
        special = 1 - found.weights[1].sum(axis=-1) - found.own[1]
        assert (special >= token[:shift].sum() - 1e-6).all()
        assert found.prefix == (PREFIX if shift else "")


def test_without_a_prefix_nothing_changes(plain: mh.Model) -> None:
    found = segment_weights(plain, DOCUMENT, SUMMARY, rows="awi")
    grid = mh.attend(plain, mh.SentencePair("\n".join(DOCUMENT.segments), SUMMARY.text)).words("cross")
    ends = np.cumsum([0, *DOCUMENT.words])
    summed = np.stack([grid.pattern[..., start:end].sum(axis=-1) for start, end in pairwise(ends)], axis=-1)
    np.testing.assert_allclose(found.weights, summed, atol=1e-6)


def test_windows_leave_room_for_the_prefix_and_each_begins_with_it(model: mh.Model, plain: mh.Model) -> None:
    longest = next(most for most in range(30, 200) if len(windows(plain, DOCUMENT, SUMMARY, longest=most)) == 1)
    assert len(windows(model, DOCUMENT, SUMMARY, longest=longest)) > 1
    assert len(windows(model, DOCUMENT, SUMMARY, longest=longest + prefix_tokens(model))) == 1
    found = segment_weights(model, DOCUMENT, SUMMARY, window=longest)
    parts = [DOCUMENT.segments[part.segment] for window in found.windows for part in window]
    assert parts == list(DOCUMENT.segments)
    lone = [window[0].segment for window in found.windows if len(window) == 1]
    assert lone
    alone = segment_weights(model, Document((DOCUMENT.segments[lone[0]],)), SUMMARY)
    share = DOCUMENT.words[lone[0]] / sum(DOCUMENT.words)
    np.testing.assert_allclose(found.weights[..., lone[0]], alone.weights[..., 0] * share, atol=1e-6)


@pytest.mark.parametrize("beams", [1, 3])
def test_it_writes_what_its_own_settings_give(tmp_path: Path, beams: int) -> None:
    task = TASK | {"num_beams": beams}
    model = told(tmp_path, task_specific_params={"summarization": task})
    shares: list[float] = []
    written = write_summary(model, DOCUMENT, tell=shares.append)
    inputs = model.tokenizer(PREFIX + "\n".join(DOCUMENT.segments), return_tensors="pt")
    options = {name: value for name, value in task.items() if name != "prefix"}
    tokens = model.network.generate(**inputs, **options)[0]
    assert written.text == " ".join(model.tokenizer.decode(tokens, skip_special_tokens=True).split())
    assert 9 <= len(tokens) <= 14
    assert written.complete == (len(tokens) < 14)
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1


def test_settings_of_the_generation_config_count_as_well(tmp_path: Path) -> None:
    """As distilbart has them: a shortest text, beams, a first token."""
    folder = put_translator(tmp_path, "bart")
    settings = {"num_beams": 2, "min_length": 11, "max_length": 17, "no_repeat_ngram_size": 3, "forced_bos_token_id": 0}
    path = folder / "generation_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))
    model = mh.load(str(folder), device="cpu")
    written = write_summary(model, DOCUMENT)
    inputs = model.tokenizer("\n".join(DOCUMENT.segments), return_tensors="pt")
    tokens = model.network.generate(**inputs)[0]
    assert tokens[1] == 0
    assert len(tokens) >= 11
    assert written.text == " ".join(model.tokenizer.decode(tokens, skip_special_tokens=True).split())
    assert write_summary(model, DOCUMENT, longest=5).text != written.text


def test_nothing_is_drawn_at_random_and_a_count_of_new_tokens_goes_first(tmp_path: Path) -> None:
    task = {
        "do_sample": True,
        "temperature": 9.0,
        "max_new_tokens": 7,
        "max_length": 30,
        "min_length": 7,
        "no_repeat_ngram_size": 1,
    }
    model = told(tmp_path, task_specific_params={"summarization": task})
    shares: list[float] = []
    texts = {write_summary(model, DOCUMENT, tell=shares.append).text for _time in range(3)}
    assert len(texts) == 1
    assert len(shares) == 3 * 7


def test_a_model_that_would_write_for_ever_is_ended(tmp_path: Path) -> None:
    task = {"num_beams": 1, "min_length": 400, "max_length": 450, "no_repeat_ngram_size": 2}
    shares: list[float] = []
    model = told(tmp_path, task_specific_params={"summarization": task}, n_positions=512)
    assert not write_summary(model, DOCUMENT, tell=shares.append).complete
    assert len(shares) == MOST


def test_a_run_keeps_what_was_read_first(model: mh.Model, plain: mh.Model, tmp_path: Path) -> None:
    record = PairRecord("cat", mh.SentencePair("\n\n".join(DOCUMENT.segments), SUMMARY.text), 1)
    for number, shown in enumerate((model, plain)):
        run = mh.analyze([shown], [record], out=tmp_path / str(number), measures=("segments",))
        kept, live = stored_weights(run, shown.name, "cat"), segment_weights(shown, DOCUMENT, SUMMARY)
        assert kept is not None
        assert kept.prefix == live.prefix
        np.testing.assert_allclose(kept.weights, live.weights, rtol=4e-3)
