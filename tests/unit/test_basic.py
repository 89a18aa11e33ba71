"""The basic measures against values worked by hand, SciPy, and a plain reading of AttentionResult.words()."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import torch

import mhattn_core as mh
from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.attention.word_layer import piece_spans, word_axes, word_layer, word_spans
from mhattn_core.experiments.heads_table import heads_table
from mhattn_core.measures.basic import basic
from mhattn_core.measures.heads import COLUMNS
from mhattn_core.measures.statistics import quotient
from mhattn_core.text.words import cut

# [CLS] x yy [SEP] z [SEP], where yy has two pieces.
PIECES = [
    Piece(0),
    Piece(1, "a", 0, 1),
    Piece(2, "a", 2, 3),
    Piece(3, "a", 3, 4),
    Piece(0),
    Piece(4, "b", 0, 1),
    Piece(0),
]
PATTERN = [
    [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.1, 0.2, 0.1, 0.2, 0.1, 0.3, 0.0],
    [0.0, 0.4, 0.1, 0.1, 0.2, 0.0, 0.2],
    [0.2, 0.2, 0.3, 0.1, 0.2, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.5, 0.0, 0.5, 0.0],
    [0.3, 0.1, 0.2, 0.3, 0.0, 0.1, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
]
# On the words x, yy, z.
WORDS = np.array([[0.2, 0.3, 0.3], [0.3, 0.3, 0.0], [0.1, 0.5, 0.1]])


def axes_of(stack: str, queries: list[Piece], keys: list[Piece]) -> WordAxes:
    sentences = {"a": cut("x yy"), "b": cut("z")}
    return word_axes(stack, 1, [piece_spans(queries)], [piece_spans(keys)], [word_spans(sentences)])


def values_of(layer: WordLayer) -> dict[str, float]:
    return {name: float(quotient(part.numpy())[0, 0]) for name, part in basic(layer).items()}


def encoder() -> WordLayer:
    return word_layer(torch.tensor(PATTERN)[None, None], 0, axes_of("encoder", PIECES, PIECES))


def test_golden_encoder() -> None:
    layer = encoder()
    np.testing.assert_allclose(layer.pattern[0, 0], WORDS, atol=1e-7)
    values = values_of(layer)
    mass = WORDS.sum()
    row = [scipy.stats.entropy(weights) for weights in WORDS]
    expected = {
        "distance": (0.3 + 2 * 0.3 + 0.3 + 2 * 0.1 + 0.5) / mass,
        "previous": (0.3 + 0.5) / 2,
        "next": (0.3 + 0.0) / 2,
        "self": (0.2 + 0.3 + 0.1) / 3,
        "cross_sentence": (0.3 + 0.0 + 0.6) / 3,
        "block.a_to_a": (0.5 + 0.6) / 2,
        "block.a_to_b": (0.3 + 0.0) / 2,
        "block.b_to_a": 0.6,
        "block.b_to_b": 0.1,
        "entropy": np.mean(row),
        "entropy.normalised": np.mean(row) / np.log(3),
        "entropy.tokens": np.mean([scipy.stats.entropy(weights) for weights in PATTERN]),
        "confidence": (0.3 + 0.3 + 0.5) / 3,
        "special_mass": (0.2 + 0.4 + 0.3) / 3,
        # From x 0.1, from yy the mean of 0 and 0.2, from z 0.3.
        "sink.first": (0.1 + 0.1 + 0.3) / 3,
    }
    assert values == pytest.approx(expected, abs=1e-6)


def test_golden_cross_is_not_square_and_has_no_positions() -> None:
    # The step that reads z asks [x, yy, yy, EOS]; the first step stands for no word.
    layer = word_layer(
        torch.tensor([[0.7, 0.1, 0.1, 0.1], [0.5, 0.125, 0.125, 0.25]])[None, None],
        0,
        axes_of("cross", [Piece(0), Piece(4, "b", 0, 1)], [*PIECES[1:4], Piece(0)]),
    )
    values = values_of(layer)
    assert {"distance", "previous", "next", "self"}.isdisjoint(values)
    assert values["block.b_to_a"] == values["cross_sentence"] == pytest.approx(0.75)
    assert values["sink.first"] == values["confidence"] == pytest.approx(0.5)
    assert values["entropy"] == pytest.approx(scipy.stats.entropy([2, 1]))
    assert all(np.isnan(values[name]) for name in ("block.a_to_a", "block.a_to_b", "block.b_to_b"))


def test_a_causal_model_sees_no_next_word_and_its_first_word_has_no_choice() -> None:
    pieces = [Piece(0), Piece(1, "a", 0, 1), Piece(2, "a", 2, 4), Piece(0), Piece(4, "b", 0, 1)]
    pattern = [
        [1, 0, 0, 0, 0],
        [0.5, 0.5, 0, 0, 0],
        [0.4, 0.2, 0.4, 0, 0],
        [0.5, 0, 0, 0.5, 0],
        [0.2, 0.1, 0.3, 0.2, 0.2],
    ]
    values = values_of(word_layer(torch.tensor(pattern)[None, None], 0, axes_of("decoder", pieces, pieces)))
    assert np.isnan(values["next"])
    assert np.isnan(values["block.a_to_b"])
    assert values["cross_sentence"] == values["block.b_to_a"] == pytest.approx(0.4)
    second, third = scipy.stats.entropy([1, 2]) / np.log(2), scipy.stats.entropy([1, 3, 2]) / np.log(3)
    assert values["entropy.normalised"] == pytest.approx((second + third) / 2)
    assert values["entropy"] == pytest.approx((0 + second * np.log(2) + third * np.log(3)) / 3)


def test_words_that_no_piece_covers_do_not_count_and_keep_their_place() -> None:
    sentences = {"a": cut("x ☃ y"), "b": cut("")}
    spans = piece_spans([Piece(1, "a", 0, 1), Piece(2, "a", 4, 5)])
    axes = word_axes("encoder", 1, [spans], [spans], [word_spans(sentences)])
    values = values_of(word_layer(torch.tensor([[0.75, 0.25], [0.5, 0.5]])[None, None], 0, axes))
    assert values["distance"] == pytest.approx((2 * 0.25 + 2 * 0.5) / 2)
    assert np.isnan(values["previous"])
    assert values["self"] == pytest.approx((0.75 + 0.5) / 2)
    assert values["entropy.normalised"] == pytest.approx((scipy.stats.entropy([3, 1]) / np.log(2) + 1) / 2)


def test_a_row_that_gives_words_nothing_has_no_entropy() -> None:
    layer = encoder()
    tokens = layer.tokens.clone()
    tokens[0, 0, 5] = torch.tensor([1.0, 0, 0, 0, 0, 0, 0])
    values = values_of(word_layer(tokens, 0, layer.axes))
    assert values["entropy"] == pytest.approx(
        np.mean([scipy.stats.entropy(weights) for weights in WORDS[:2]]), abs=1e-6
    )
    assert values["special_mass"] == pytest.approx((0.2 + 0.4 + 1) / 3)


def test_the_heads_of_one_pair_against_the_word_grid(minilm: mh.Model) -> None:
    seen = mh.attend(minilm, mh.SentencePair("Unbelievably, the hedgehog slept.", "It was cold."))
    table = heads_table(seen, group="animals")
    assert list(table) == list(COLUMNS)
    assert len(table) == 6 * 12 * 15
    assert (table["model"] == "minilm").all()
    assert (table["group"] == "animals").all()
    assert table[["low", "high"]].isna().all(axis=None)
    assert (table["n"] == 1).all()
    grid = seen.words("encoder")
    places = np.arange(len(grid.queries))
    gaps = abs(places[:, None] - places)
    oracle = {
        "special_mass": grid.special_mass.mean(axis=-1),
        "confidence": grid.pattern.max(axis=-1).mean(axis=-1),
        "entropy": scipy.stats.entropy(grid.pattern, axis=-1).mean(axis=-1),
        "entropy.tokens": scipy.stats.entropy(seen.pattern("encoder"), axis=-1).mean(axis=-1),
        "distance": (grid.pattern * gaps).sum(axis=(-1, -2)) / grid.pattern.sum(axis=(-1, -2)),
        "block.b_to_a": grid.block("b", "a").sum(axis=-1).mean(axis=-1),
    }
    for measure, expected in oracle.items():
        np.testing.assert_allclose(_grid(table, measure), expected, atol=1e-5, err_msg=measure)


def _grid(table: pd.DataFrame, measure: str) -> np.ndarray:
    rows = table[table["measure"] == measure]
    return rows.pivot(index="layer", columns="head", values="value").to_numpy()


def test_one_sentence_alone_says_so_in_n(minilm: mh.Model) -> None:
    table = heads_table(mh.attend(minilm, mh.SentencePair("The hedgehog slept."))).set_index("measure")
    for measure in ("cross_sentence", "block.a_to_b", "block.b_to_a", "block.b_to_b"):
        assert (table.loc[measure, "n"] == 0).all()
        assert table.loc[measure, "value"].isna().all()
    assert (table.loc["block.a_to_a", "n"] == 1).all()
