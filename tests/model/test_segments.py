"""What a summary takes from segments: sums over words, windows with seams, and a model whose attention is known."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from cases import family_named, model_of
from loaded import loaded
from scipy.special import softmax
from tiny import put_model, put_translator
from torch import Tensor, nn

import mhattn_core as mh
from mhattn_core.attention.segments import segment_weights, windows
from mhattn_core.errors import Problem
from mhattn_core.measures.segments import of_units
from mhattn_core.text.documents import Document
from mhattn_core.text.words import cut

DOCUMENT = Document(("The cat sits on the mat", "It was tired.", "A child is playing football in the park."))
SUMMARY = cut("The cat was playing")


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> mh.Model:
    return mh.load(str(put_translator(tmp_path_factory.mktemp("bart"), "bart")), device="cpu")


@pytest.fixture(scope="module")
def causal() -> mh.Model:
    """One token a word; a line break is none."""
    return model_of(family_named("llama"))


@pytest.fixture(scope="module")
def whole_pair() -> mh.SentencePair:
    return mh.SentencePair("\n".join(DOCUMENT.segments), SUMMARY.text)


def summed(grid: np.ndarray) -> np.ndarray:
    """``[…, key word]`` of the document to ``[…, segment]``."""
    ends = np.cumsum([0, *DOCUMENT.words])
    return np.stack([grid[..., start:end].sum(axis=-1) for start, end in pairwise(ends)], axis=-1)


def test_sums_over_segments_are_sums_over_words(translator: mh.Model, whole_pair: mh.SentencePair) -> None:
    found = segment_weights(translator, DOCUMENT, SUMMARY, rows="awi")
    grid = mh.attend(translator, whole_pair).words("cross")
    assert found.weights.shape == (2, 4, 4, 3)
    np.testing.assert_allclose(found.weights, summed(grid.pattern), atol=1e-6)
    assert (found.own == 0).all()


def test_a_causal_model_reads_the_document_and_then_the_summary(causal: mh.Model, whole_pair: mh.SentencePair) -> None:
    found = segment_weights(causal, DOCUMENT, SUMMARY, rows="awi")
    grid = mh.attend(causal, whole_pair).words("decoder")
    np.testing.assert_allclose(found.weights, summed(grid.block("b", "a")), atol=1e-6)
    np.testing.assert_allclose(found.own, grid.block("b", "b").sum(axis=-1), atol=1e-6)


def test_the_row_that_predicts_a_word_is_one_step_earlier(causal: mh.Model, whole_pair: mh.SentencePair) -> None:
    read, predicting = (segment_weights(causal, DOCUMENT, SUMMARY, rows=rows) for rows in ("awi", "awo"))
    np.testing.assert_allclose(predicting.weights[:, :, 1:], read.weights[:, :, :-1], atol=1e-6)
    # The first word of the summary is predicted by the last of the document.
    last = mh.attend(causal, whole_pair).words("decoder").pattern[:, :, sum(DOCUMENT.words) - 1, : sum(DOCUMENT.words)]
    np.testing.assert_allclose(predicting.weights[:, :, 0], summed(last), atol=1e-6)


def test_windows_keep_order_and_leave_nothing_out(causal: mh.Model) -> None:
    parts = [part for window in windows(causal, DOCUMENT, SUMMARY, longest=24) for part in window]
    covered: dict[int, list[int]] = {segment: [] for segment in range(3)}
    for part in parts:
        covered[part.segment] += range(part.start, part.end)
    assert [covered[segment] for segment in range(3)] == [list(range(words)) for words in DOCUMENT.words]
    assert [part.segment for part in parts] == [
        0,
        1,
        2,
        2,
    ]  # the third has 8 tokens, and there is room for fewer than 8
    assert len(windows(causal, DOCUMENT, SUMMARY, longest=60)) == 1


def test_windows_count_by_their_words(causal: mh.Model) -> None:
    found = segment_weights(causal, DOCUMENT, SUMMARY, window=26)
    assert [[part.segment for part in window] for window in found.windows] == [[0], [1], [2]]
    told = np.zeros_like(found.weights)
    for segment, words in enumerate(DOCUMENT.words):
        alone = segment_weights(causal, Document((DOCUMENT.segments[segment],)), SUMMARY)
        told[..., segment] = alone.weights[..., 0] * words / sum(DOCUMENT.words)
    np.testing.assert_allclose(found.weights, told, atol=1e-6)


def test_progress_is_told_and_may_end_the_work(causal: mh.Model) -> None:
    told: list[tuple[int, int]] = []
    segment_weights(causal, DOCUMENT, SUMMARY, window=26, tell=lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_model_whose_attention_is_known_gives_the_expected_table(translator: mh.Model) -> None:
    class DocumentInput(nn.Module):
        """Gives out the same rows whatever it is shown."""

        def __init__(self, rows: Tensor) -> None:
            super().__init__()
            self.rows = rows

        def forward(self, _shown: Tensor) -> Tensor:
            return self.rows[None]

    pair = mh.SentencePair("\n".join(DOCUMENT.segments), SUMMARY.text)
    seen = mh.attend(translator, pair)
    queries, keys = (len(tokens) for tokens in seen.tokens("cross"))
    attention = translator.network.base_model.decoder.layers[1].encoder_attn
    size, heads = 32, 4
    wanted = torch.zeros(keys, size)
    # Every head scores a key token by its place in the text: score = √(d_head) · place / 8 before the scaling.
    wanted[:, :: size // heads] = torch.arange(keys)[:, None] / 8 * (size // heads) ** 0.5
    asked = torch.zeros(queries, size)
    asked[:, :: size // heads] = 1.0
    own = attention.q_proj, attention.k_proj
    attention.q_proj, attention.k_proj = DocumentInput(asked), DocumentInput(wanted)
    try:
        found = segment_weights(translator, DOCUMENT, SUMMARY)
    finally:
        attention.q_proj, attention.k_proj = own
    token = softmax(np.arange(keys) / 8)
    sides = np.array([side == "a" for side in seen.token_sides("cross")[1]])
    words = token @ seen.words("cross").key_axis.shares
    expected = summed(words)
    assert expected.sum() < token[sides].sum() + 1e-9  # spaces and special tokens belong to no word
    np.testing.assert_allclose(found.weights[1], np.broadcast_to(expected, (4, 4, 3)), atol=1e-6)


def test_what_cannot_be_read_is_refused(causal: mh.Model, minilm: mh.Model) -> None:
    with pytest.raises(Problem, match="encoder"):
        segment_weights(minilm, DOCUMENT, SUMMARY)
    with pytest.raises(Problem, match="no room"):
        segment_weights(causal, DOCUMENT, cut("very " * 40))
    with pytest.raises(Problem, match="no summary"):
        segment_weights(causal, DOCUMENT, cut(""))


def test_an_encoder_of_a_folder_is_refused_as_well(tmp_path: Path) -> None:
    model = mh.load(str(put_model(tmp_path / "bert")), device="cpu")
    with pytest.raises(Problem):
        segment_weights(model, DOCUMENT, SUMMARY)


def test_a_word_that_the_tokenizer_drops_is_unknown_and_not_zero() -> None:
    model = loaded("marian-en-zh")
    found = segment_weights(model, DOCUMENT, cut("cat \ufffd dog"), rows="awi")
    grid = mh.attend(model, mh.SentencePair("\n".join(DOCUMENT.segments), "cat \ufffd dog")).words("cross")
    np.testing.assert_allclose(found.weights, summed(grid.pattern), atol=1e-6)  # NaN in both
    assert np.isnan(found.weights[:, :, 1]).all()
    assert np.isfinite(found.weights[:, :, [0, 2]]).all()
    np.testing.assert_allclose(
        of_units(found.weights, [0, 0, 0])[..., 0, :], found.weights[:, :, [0, 2]].mean(axis=2), atol=1e-7
    )
