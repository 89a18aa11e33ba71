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
from mhattn_core.measures.patterns.types import PARTS, Shape, pattern_value, patterns_table, shape_of
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


@pytest.mark.parametrize("name", ["uniform", "block", "diagonal"])
def test_the_notes_own_matrices_get_their_names(name: str) -> None:
    assert shape_of(numbers(layer_of(matrices()[name].weights, of_a=2))).type == name


def test_of_the_notes_matrices_the_sparse_one_has_most_content() -> None:
    """On four words, of which two look most at themselves, that is not enough to name it."""
    content = {
        name: numbers(layer_of(matrices()[name].weights, of_a=2))["part.content"]
        for name in ("uniform", "block", "diagonal", "sparse")
    }
    assert max(content, key=lambda name: content[name]) == "sparse"


def test_numbers_by_hand() -> None:
    # Two words of A, one of B, after a special token; rows sum to one with it.
    weights = np.array([[1, 0, 0, 0], [0.4, 0.1, 0.5, 0.0], [0.2, 0.2, 0.2, 0.4], [0.6, 0.1, 0.1, 0.2]])
    found = numbers(layer_of(weights, of_a=2, special=1))
    assert found["part.sink"] == pytest.approx((0.4 + 0.2 + 0.6) / 3)
    # Medians of the rows are 0.1, 0.2 and 0.1, which leaves 0.4 one word on, 0.2 one word on, and 0.1 on the word
    # itself.
    assert found["part.even"] == pytest.approx((0.2 + 0.6 + 0.3) / 3)
    assert found["part.self"] == pytest.approx(0.1 / 3)
    # A row has 0.2 of the rest on average, a visible word 0.1. The one weight one word on foresees 0.2 for the other,
    # corrected for chance 0.2 (0.2 - 0.1) / (0.2 - 0.1), and gets 0.6, of which it has 0.2. No column foresees any.
    assert found["part.offset"] == pytest.approx((0.2 + 0.2) / 3)
    assert found["part.column"] == 0
    assert found["part.content"] == pytest.approx(0.2 / 3)
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
ANYWHERE = np.eye(SIZE)[np.random.default_rng(3).permutation(SIZE)]


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
        (ANYWHERE, "encoder", "sparse", np.nan),
        (np.random.default_rng(2).dirichlet(np.full(SIZE, 0.5), SIZE), "encoder", "heterogeneous", np.nan),
    ],
)
def test_planted_shapes(weights: np.ndarray, stack: str, expected: str, offset: float) -> None:
    weights = causal(weights) if stack == "decoder" else weights / weights.sum(axis=1, keepdims=True)
    found = shape_of(numbers(layer_of(weights, of_a=8, stack=stack)))
    assert found.type == expected
    assert found.offset == pytest.approx(offset, nan_ok=True)


def share(found: "pd.Series[float]", *names: str) -> float:
    return float(sum(found[f"part.{name}"] for name in names))


def test_the_parts_of_a_mixture_are_what_was_mixed() -> None:
    """A tenth for special tokens, even and on the word itself each, 0.2 two words before, 0.3 in a column, 0.2
    anywhere.
    """
    random = np.random.default_rng(4)
    before, column = np.eye(24, k=-2), np.zeros((24, 24))
    before[:2], column[:, 3] = np.eye(24)[:2], 1
    found = []
    for _text in range(20):
        anywhere = np.eye(24)[random.integers(24, size=24)]
        whole = np.zeros((25, 25))
        whole[0, 0], whole[1:, 0] = 1, 0.1
        whole[1:, 1:] = 0.1 / 24 + 0.1 * np.eye(24) + 0.2 * before + 0.3 * column + 0.2 * anywhere
        found.append(numbers(layer_of(whole, of_a=24, special=1)))
    mean = pd.concat(found, axis=1).mean(axis=1)
    planted = {"sink": 0.1, "even": 0.1, "self": 0.1, "offset": 0.2, "column": 0.3, "content": 0.2}
    for name, expected in planted.items():  # a little of what goes anywhere falls on the word itself
        assert mean[f"part.{name}"] == pytest.approx(expected, abs=0.04), name


def test_a_causal_head_of_previous_words_is_all_offset_where_it_has_a_choice() -> None:
    found = numbers(layer_of(causal(np.eye(24, k=-1) + np.diag([1.0] + [0.0] * 23)), of_a=24, stack="decoder"))
    assert found["part.offset"] == pytest.approx(23 / 24, abs=1e-6)
    assert found["part.even"] == pytest.approx(1 / 24, abs=1e-6)


def test_what_follows_no_position_is_content_however_uneven() -> None:
    random = np.random.default_rng(5)
    for evenness in (0.1, 0.3, 1.0):
        texts = [numbers(layer_of(random.dirichlet(np.full(24, evenness), 24), of_a=24)) for _text in range(10)]
        mean = pd.concat(texts, axis=1).mean(axis=1)
        assert share(mean, "offset") < 0.09
        assert share(mean, "column") < 0.09


def test_one_weight_alone_at_its_offset_or_in_its_column_foresees_nothing_of_itself() -> None:
    # The corner: no other weight of a text is as far on.
    weights = np.tile([1.0, 0, 0, 0, 0], (5, 1))
    weights[0] = [0, 0, 0, 0, 1]
    weights[4] = [0, 0, 0, 0, 1]
    found = numbers(layer_of(weights, of_a=5))
    assert share(found, "content") >= 1 / 5


@pytest.mark.parametrize("stack", ["encoder", "decoder"])
@pytest.mark.parametrize("special", [0, 2])
def test_parts_are_shares_of_one(stack: str, special: int) -> None:
    random = np.random.default_rng(6)
    for _text in range(20):
        size = int(random.integers(2, 14)) + special
        weights = random.gamma(0.3, size=(size, size)) + 1e-6
        weights = np.tril(weights) if stack == "decoder" else weights
        weights /= weights.sum(axis=1, keepdims=True)
        found = numbers(layer_of(weights, of_a=size // 2, stack=stack, special=special))
        values = found[PARTS]
        assert values.sum() == pytest.approx(1, abs=1e-5)
        assert (values >= -1e-6).all()
        assert (values <= 1 + 1e-6).all()


def test_a_sink_is_no_column_and_a_column_no_sink() -> None:
    special = np.zeros((SIZE + 1, SIZE + 1))
    special[:, 0], special[:, 4] = 0.7, 0.3
    found = shape_of(numbers(layer_of(special, of_a=SIZE, special=1)))
    assert (found.type, found.evidence) == ("sink", pytest.approx(0.7))
    special[:, 0], special[:, 4] = 0.3, 0.7
    found = shape_of(numbers(layer_of(special, of_a=SIZE, special=1)))
    assert found.type == "vertical"


def test_a_type_is_named_above_its_share_and_a_margin() -> None:
    def named(**shares: float) -> str:
        return shape_of(pd.Series({f"part.{name}": value for name, value in shares.items()})).type

    assert named(sink=0.5, even=0.3, content=0.2) == "sink"
    assert named(sink=0.49, even=0.3, content=0.21) == "heterogeneous"
    assert named(self=0.1, offset=0.16, even=0.34, content=0.4) == "heterogeneous"  # 1.04 against 0.97
    assert named(self=0.12, offset=0.16, even=0.34, content=0.38) == "diagonal"  # 1.12 against 0.97
    assert named(column=0.5, sink=0.5) == "vertical"
    assert named(content=0.7, even=0.3) == "sparse"


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
        patterns(layer_of(np.ones((10, 10)) / 10, of_a=10))["part.self"]
        + patterns(layer_of(np.eye(30), of_a=30))["part.self"]
    )
    assert pattern_value(sums.numpy())[0, 0] == pytest.approx((0 + 1) / 2)


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
    assert set(found) == {"part.sink", "part.even", "part.column", "part.content"}
    assert sum(float(pattern_value(sums.numpy())[0, 0]) for sums in found.values()) == pytest.approx(1)


def table_of(change: Callable[["pd.Series[float]"], "pd.Series[float]"]) -> pd.DataFrame:
    values = change(numbers(layer_of(AFTER.T, of_a=16)))
    rows = [
        head_rows("encoder", name, np.full((1, 1), value), n=np.ones((1, 1), int)) for name, value in values.items()
    ]
    return pd.concat(rows, ignore_index=True).assign(model="m", group="")


def test_the_table_of_types() -> None:
    entropy = head_rows("encoder", "entropy", np.full((1, 1), 1.0), n=np.ones((1, 1), int)).assign(model="m", group="")
    table = patterns_table(pd.concat([table_of(lambda values: values), entropy], ignore_index=True))
    (row,) = table.to_dict("records")
    assert list(row) == ["model", "stack", "layer", "head", "type", "offset", "evidence", *PARTS, "n"]
    assert (row["model"], row["stack"], row["layer"], row["head"], row["n"]) == ("m", "encoder", 0, 0, 1)
    assert (row["type"], row["offset"]) == ("diagonal", -1)
    assert (
        row["evidence"] == row["part.self"] + row["part.offset"] == pytest.approx(15 / 16)
    )  # the first word looks at the last
    assert sum(row[part] for part in PARTS) == pytest.approx(1)
    none = table_of(lambda values: values).assign(n=0)
    assert patterns_table(none).empty


def test_what_is_not_known_fires_no_rule() -> None:
    found = shape_of(pd.Series({"part.even": 0.3}))
    assert found.type == "heterogeneous"
    assert np.isnan([found.offset, found.evidence]).all()
    assert isinstance(found, Shape)
