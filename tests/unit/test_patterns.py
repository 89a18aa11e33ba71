"""Pattern types: the note's own matrices, planted shapes of the usual size, and each number by hand."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import torch

from mhattn_core.arrays.word_layer import WordLayer
from mhattn_core.attention.word_layer import word_axes, word_layer
from mhattn_core.measures.heads import head_rows
from mhattn_core.measures.patterns.sums import patterns
from mhattn_core.measures.patterns.types import Shape, pattern_value, patterns_table, shape_of
from mhattn_core.text.claims import matrices


def layer_of(weights: np.ndarray, *, of_a: int, stack: str = "encoder", special: int = 0) -> WordLayer:
    """One head, a piece a word, the first ``of_a`` words of sentence A, the rest of B; ``special`` tokens before the
    words.
    """
    size = len(weights) - special
    words = np.array([(int(place >= of_a), 2 * place, 2 * place + 1) for place in range(size)])
    pieces = [np.concatenate([np.full((special, 3), -1), words])]
    axes = word_axes(stack, 1, pieces, pieces, [words])
    return word_layer(torch.as_tensor(weights, dtype=torch.float32)[None, None], 0, axes)


def numbers(layer: WordLayer, fewest_words: int = 1) -> "pd.Series[float]":
    return pd.Series(
        {
            name: float(pattern_value(sums.numpy())[0, 0])
            for name, sums in patterns(layer, fewest_words=fewest_words).items()
        }
    )


@pytest.mark.parametrize("name", ["uniform", "block", "diagonal", "sparse"])
def test_the_notes_own_matrices_get_their_names(name: str) -> None:
    assert shape_of(numbers(layer_of(matrices()[name].weights, of_a=2))).type == name


def test_the_notes_sentence_is_local_as_it_says() -> None:
    found = shape_of(numbers(layer_of(matrices()["cat-mat"].weights, of_a=6)))
    assert (found.type, found.evidence) == ("diagonal", pytest.approx(0.75))


def test_numbers_by_hand() -> None:
    # Two words of A, one of B, after a special token; rows sum to one with it.
    weights = np.array([[1, 0, 0, 0], [0.4, 0.1, 0.5, 0.0], [0.2, 0.2, 0.2, 0.4], [0.6, 0.1, 0.1, 0.2]])
    found = numbers(layer_of(weights, of_a=2, special=1))
    share = [np.array(row[1:]) / sum(row[1:]) for row in weights[1:]]
    entropy = [-(part[part > 0] * np.log(part[part > 0])).sum() for part in share]
    assert found["pattern.uniform"] == pytest.approx(np.mean(entropy) / np.log(3))
    assert found["pattern.vertical"] == pytest.approx((0.4 + 0.2 + 0.6) / 3)
    assert found["pattern.neighbours"] == pytest.approx((0.6 + 0.8 + 0.3) / 3)
    assert found["pattern.neighbours.uniform"] == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert found["pattern.far"] == 0
    # Within A: 0.5 at +1, 0.2 at -1; between the sentences 0.4 at +1, 0.1 at -1 (and 0.0, 0.1 at two words, which A
    # does not have).
    assert found["pattern.block"] == pytest.approx((0.5 + 0.2) / (0.4 + 0.1))
    # A's words look one word on, B's at itself.
    assert found["pattern.offset.+0"] == pytest.approx(1 / 3)
    assert np.isnan(found["pattern.offset.-1"])  # one word of three sees one before it in its sentence
    assert np.isnan(found["pattern.offset.+9"])


def causal(weights: np.ndarray) -> np.ndarray:
    kept = np.tril(weights) + 1e-9 * np.tril(np.ones_like(weights))
    return kept / kept.sum(axis=1, keepdims=True)


SIZE = 16
EYE = np.eye(SIZE)
AFTER = np.roll(EYE, 1, axis=1)
BLOCKS = np.kron(np.eye(2), np.ones((8, 8))) * np.random.default_rng(0).gamma(0.3, size=(SIZE, SIZE))
FAR = np.array([np.eye(SIZE)[(place + 9) % SIZE] for place in range(SIZE)])


@pytest.mark.parametrize(
    ("weights", "stack", "expected", "offset"),
    [
        (np.ones((SIZE, SIZE)), "encoder", "uniform", np.nan),
        (np.ones((SIZE, SIZE)), "decoder", "uniform", np.nan),
        (
            0.6 * EYE[[5]] + 0.4 * np.random.default_rng(1).dirichlet(np.full(SIZE, 0.2), SIZE),
            "encoder",
            "vertical",
            np.nan,
        ),
        (AFTER.T, "encoder", "diagonal", -1),
        (AFTER.T, "decoder", "diagonal", -1),
        (AFTER, "encoder", "diagonal", 1),
        (BLOCKS, "encoder", "block", np.nan),
        (FAR, "encoder", "sparse", np.nan),
        (np.random.default_rng(2).dirichlet(np.full(SIZE, 0.3), SIZE), "encoder", "heterogeneous", np.nan),
    ],
)
def test_planted_shapes(weights: np.ndarray, stack: str, expected: str, offset: float) -> None:
    weights = causal(weights) if stack == "decoder" else weights / weights.sum(axis=1, keepdims=True)
    found = shape_of(numbers(layer_of(weights, of_a=8, stack=stack)))
    assert found.type == expected
    assert found.offset == pytest.approx(offset, nan_ok=True)


def test_a_head_of_previous_words_that_stays_in_its_sentence_is_no_block() -> None:
    weights = AFTER.T.copy()
    weights[[0, 8]] = EYE[[0, 8]]
    assert shape_of(numbers(layer_of(weights, of_a=8))).type == "diagonal"


def test_short_texts_do_not_vote_and_texts_add_up() -> None:
    long, short = layer_of(np.ones((9, 9)) / 9, of_a=9), layer_of(EYE[:7, :7], of_a=7)
    of_long, of_short = (patterns(layer) for layer in (long, short))
    for name in of_long:
        assert (of_short[name] == 0).all()
        np.testing.assert_allclose(
            pattern_value((of_long[name] + of_short[name]).numpy()), pattern_value(of_long[name].numpy())
        )
    assert np.isnan(numbers(short, fewest_words=8)).all()


def test_two_texts_weigh_the_same_whatever_their_length() -> None:
    sums = (
        patterns(layer_of(np.ones((10, 10)) / 10, of_a=10))["pattern.neighbours"]
        + patterns(layer_of(np.eye(30), of_a=30))["pattern.neighbours"]
    )
    assert pattern_value(sums.numpy())[0, 0] == pytest.approx((28 / 100 + 1) / 2)


def test_padding_changes_nothing() -> None:
    random = np.random.default_rng(3)
    sizes = [9, 12]
    words = [np.array([(int(place >= 5), 2 * place, 2 * place + 1) for place in range(size)]) for size in sizes]
    both = word_axes("encoder", 2, words, words, words)
    whole = torch.zeros(2, 2, 12, 12)
    for place, size in enumerate(sizes):
        whole[place, :, :size, :size] = torch.as_tensor(random.dirichlet(np.ones(size), (2, size)))
    together = patterns(word_layer(whole, 0, both))
    for place, size in enumerate(sizes):
        here = [words[place]]
        alone = patterns(
            word_layer(whole[place : place + 1, :, :size, :size], 0, word_axes("encoder", 2, here, here, here))
        )
        for name, sums in alone.items():
            np.testing.assert_allclose(together[name][place], sums[0], atol=1e-6, err_msg=name)


def test_cross_stacks_have_no_offsets() -> None:
    words = [np.array([(0, 0, 1), (0, 2, 3), (1, 0, 1)])]
    axes = word_axes("cross", 1, [words[0][2:]], [words[0][:2]], words)
    found = patterns(word_layer(torch.tensor([[[[0.5, 0.5]]]]), 0, axes), fewest_words=1)
    assert set(found) == {"pattern.uniform", "pattern.vertical"}


def table_of(change: Callable[["pd.Series[float]"], "pd.Series[float]"]) -> pd.DataFrame:
    values = change(numbers(layer_of(AFTER.T, of_a=16)))
    rows = [
        head_rows("encoder", name, np.full((1, 1), value), n=np.ones((1, 1), int)) for name, value in values.items()
    ]
    return pd.concat(rows, ignore_index=True).assign(model="m", group="")


def test_the_table_of_types() -> None:
    entropy = head_rows("encoder", "entropy", np.full((1, 1), 1.0), n=np.ones((1, 1), int)).assign(model="m", group="")
    table = patterns_table(pd.concat([table_of(lambda values: values), entropy], ignore_index=True))
    assert table.to_dict("records") == [
        {
            "model": "m",
            "stack": "encoder",
            "layer": 0,
            "head": 0,
            "type": "diagonal",
            "offset": -1.0,
            "evidence": 1.0,
            "n": 1,
        }
    ]
    none = table_of(lambda values: values).assign(n=0)
    assert patterns_table(none).empty


def test_what_is_not_known_fires_no_rule() -> None:
    found = shape_of(pd.Series({"pattern.uniform": 0.5}))
    assert found.type == "heterogeneous"
    assert np.isnan([found.offset, found.evidence]).all()
    assert isinstance(found, Shape)
