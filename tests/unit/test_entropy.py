"""Entropy against hand values and SciPy, on a page as in a run, and the head shown first."""

import math

import numpy as np
import pytest
import scipy.stats
import torch
from loaded import loaded
from unchecked import unchecked

import mhattn_core as mh
from mhattn_core.arrays.word_grid import WordAxis, WordGrid
from mhattn_core.attention.pieces import Piece
from mhattn_core.attention.word_grid import to_words, word_axis
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_layer, word_spans
from mhattn_core.errors import ShapeError
from mhattn_core.experiments.heads_table import heads_table
from mhattn_core.measures.basic import basic
from mhattn_core.measures.default_head import heads_by_entropy, mean_entropy
from mhattn_core.measures.entropy import normalised_row_entropy, row_entropy
from mhattn_core.measures.links import link_weights
from mhattn_core.measures.statistics import quotient
from mhattn_core.text.words import cut


def test_golden_entropy() -> None:
    entropy = row_entropy(torch.tensor([[0.5, 0.25, 0.25]]))
    assert entropy[0] == pytest.approx(1.039721, abs=1e-6)
    assert normalised_row_entropy(entropy, torch.tensor([3]))[0] == pytest.approx(0.946395, abs=1e-6)


def test_rows_are_renormalised() -> None:
    assert row_entropy(torch.tensor([[0.1, 0.1, 0, 0]]))[0] == pytest.approx(math.log(2))
    assert row_entropy(torch.tensor([[1e-7, 3e-7]]))[0] == pytest.approx(scipy.stats.entropy([1, 3]), abs=1e-5)


def test_against_scipy_on_a_non_square_pattern() -> None:
    pattern = np.random.default_rng(3).dirichlet(np.ones(7), size=(2, 3, 5)) * 0.8
    np.testing.assert_allclose(
        row_entropy(torch.from_numpy(pattern)), scipy.stats.entropy(pattern, axis=-1), atol=1e-12
    )


def test_rows_without_mass_or_choice_do_not_count() -> None:
    entropy = row_entropy(torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.0, 0.0], [torch.nan, 0.5]]))
    assert entropy.isnan().tolist() == [False, False, True, True]
    normalised = normalised_row_entropy(entropy, torch.tensor([1, 2, 2, 2]))
    assert normalised.isnan().tolist() == [True, False, True, True]
    assert normalised[1] == pytest.approx(1)


def test_shapes_must_agree() -> None:
    with pytest.raises(ShapeError):
        unchecked(row_entropy)(torch.ones(2, 3), torch.ones(3))


def test_a_page_and_a_run_say_the_same_of_a_word_that_no_piece_covers() -> None:
    # The snowman is dropped by the tokenizer: x and y have two words to choose from, and give special tokens 0.2 and
    # 0.1.
    pieces = [Piece(0), Piece(1, "a", 0, 1), Piece(2, "a", 4, 5)]
    tokens = np.array([[1.0, 0.0, 0.0], [0.2, 0.6, 0.2], [0.1, 0.45, 0.45]], dtype=np.float32)[None, None]
    sentences = {"a": cut("x ☃ y"), "b": cut("")}
    axis = word_axis(pieces, sentences, None)
    on_page = mean_entropy(to_words(tokens, axis, axis))[0]
    spans = [piece_spans(pieces)]
    layer = word_layer(
        torch.from_numpy(tokens[0])[None], 0, word_axes("encoder", 1, spans, spans, [word_spans(sentences)])
    )
    in_run = quotient(basic(layer)["entropy.normalised"].numpy())
    expected = (scipy.stats.entropy([3, 1]) / math.log(2) + 1) / 2
    assert on_page.item() == pytest.approx(expected, abs=1e-6)
    assert in_run.item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "stack"), [("minilm", "encoder"), ("marian-en-zh", "decoder"), ("marian-en-zh", "cross")]
)
def test_a_page_and_a_run_say_the_same_of_every_head(name: str, stack: str) -> None:
    seen = mh.attend(loaded(name), mh.SentencePair("The \u200b hedgehog slept, unbelievably.", "天气 \u200b 很冷。"))
    on_page = mean_entropy(seen.words(stack))[0]
    table = heads_table(seen).query("measure == 'entropy.normalised' and stack == @stack")
    np.testing.assert_allclose(table["value"].to_numpy().reshape(on_page.shape), on_page, atol=1e-5)


def test_the_most_concentrated_head_comes_first_and_special_heads_last() -> None:
    sharp, broad = np.array([[0.3, 0, 0], [0, 0, 0.4]]), np.full((2, 3), 1 / 3)
    pattern = np.stack([[sharp, broad, sharp * 2]])
    special = np.array([[[0.7, 0.6], [0.0, 0.0], [0.4, 0.2]]])
    queries, keys = (WordAxis(("w",) * words, ("a",) * words, np.eye(words), np.zeros(words)) for words in (2, 3))
    assert heads_by_entropy(WordGrid(pattern, special, np.ones((2, 3), dtype=bool), queries, keys)) == [
        (0, 2),
        (0, 1),
        (0, 0),
    ]


def test_link_weights_beside_the_same_distance_elsewhere() -> None:
    pattern = np.zeros((1, 2, 3, 4))
    pattern[0, 1, 0, 1], pattern[0, 1, 1, 2], pattern[0, 1, 2, 3] = 0.9, 0.2, 0.4
    table = link_weights(pattern, 0, 1)
    assert table[["layer", "head"]].to_numpy().tolist() == [[0, 0], [0, 1]]
    assert table["weight"].tolist() == pytest.approx([0, 0.9])
    assert table["usual"].tolist() == pytest.approx([0, 0.3])
    assert link_weights(pattern, 0, 3)["usual"].isna().all()
