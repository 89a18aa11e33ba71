"""Questions and first choices by hand, on patterns that are neither square nor symmetric where they can be."""

import numpy as np
import pandas as pd
import pytest
import torch
from jaxtyping import TypeCheckError
from unchecked import unchecked

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.attention.word_layer import word_axes, word_layer
from mhattn_core.errors import ShapeError
from mhattn_core.measures.patterns.sums import offset_shares
from mhattn_core.measures.roles.class_rules import RULES
from mhattn_core.measures.roles.collect import BatchPairs, Collector, joined, on_axes
from mhattn_core.measures.roles.hits import by_offset, can_be_answered, first_choice, hits
from mhattn_core.measures.roles.items import can_be_shuffled, item_table, packed, unpacked
from mhattn_core.measures.roles.links import Links, questions


def links(*rows: tuple[int, int, int, int]) -> Links:
    """Rows of pair, relation, query, key."""
    return Links(*np.array(rows, dtype=int).reshape(-1, 4).T)


def spans(of_a: int, of_b: int = 0) -> np.ndarray:
    """Words of one character each."""
    return np.array(
        [(0, 2 * place, 2 * place + 1) for place in range(of_a)]
        + [(1, 2 * place, 2 * place + 1) for place in range(of_b)]
    )


def one(weights: list[list[float]], stack: str = "encoder") -> WordLayer:
    """A text of one sentence, a piece a word, one head."""
    words = spans(len(weights))
    return word_layer(torch.tensor(weights)[None, None], 0, word_axes(stack, 1, pieces := [words], pieces, [words]))


# Word 0 looks at 2, word 1 at itself and then at 0, word 2 at 1; the third column is seen most by word 0.
WEIGHTS = [[0.1, 0.2, 0.6], [0.3, 0.5, 0.1], [0.2, 0.4, 0.3]]


@pytest.mark.parametrize(
    ("direction", "asked", "answer"),
    [
        ("dependent_to_head", [0, 2], [2, 1]),
        ("head_to_dependent", [2, 1], [0, 2]),
        ("column", [0, 2], [2, 1]),
        ("later_to_earlier", [2, 2], [0, 1]),
    ],
)
def test_a_link_is_asked_from_its_direction(direction: str, asked: list[int], answer: list[int]) -> None:
    found = questions(links((0, 0, 0, 2), (0, 0, 2, 1), (0, 0, 1, 1)), direction)
    assert found.asked.tolist() == asked
    assert found.answer.tolist() == answer
    assert found.offset.tolist() == (np.array(answer) - asked).tolist()


def test_unknown_directions_and_columns_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="sideways"):
        unchecked(questions)(links((0, 0, 0, 1)), "sideways")
    with pytest.raises(ValueError, match="later_to_earlier"):
        questions(links((0, 0, 0, 1)), "later_to_earlier", one_text=False)
    with pytest.raises((ShapeError, TypeCheckError)):
        Links(np.zeros(2, int), np.zeros(2, int), np.zeros(2, int), np.zeros(3, int))


def test_the_shuffled_answer_is_the_next_one_of_the_same_relation_and_pair() -> None:
    # Pair 0, relation 0 has the heads 5, 6, 6; relation 1 has one item; in pair 1 the other's answer is the asking
    # word.
    found = questions(
        links((0, 0, 1, 5), (1, 0, 2, 3), (0, 0, 2, 6), (0, 1, 0, 4), (0, 0, 3, 6), (1, 0, 4, 2)), "dependent_to_head"
    )
    assert found.shuffled.tolist() == [6, -1, -1, -1, 5, 3]


def test_first_choices_by_hand() -> None:
    layer = one(WEIGHTS)
    assert first_choice(layer, "dependent_to_head")[0, 0].tolist() == [2, 0, 1]
    assert first_choice(layer, "column")[0, 0].tolist() == [1, 2, 0]
    assert first_choice(layer, "later_to_earlier")[0, 0].tolist() == [-1, 0, 1]


def test_of_equal_words_the_first_is_chosen() -> None:
    layer = one([[0.0, 0.300001, 0.3], [0.2, 0.1, 0.2], [0.1, 0.1001, 0.5]])
    assert first_choice(layer, "dependent_to_head")[0, 0].tolist() == [1, 0, 1]
    assert first_choice(one([[0.0, 0.3, 0.300001]] * 3), "dependent_to_head")[0, 0].tolist() == [1, 2, 1]


def test_a_head_that_leaves_words_little_is_decided_by_its_largest_weight() -> None:
    # Two in a million and three in a million are as far apart as 0.2 and 0.3.
    layer = one([[0.9, 2e-6, 3e-6], [1e-7, 0.9, 2e-7], [4e-9, 3e-9, 1.0]])
    assert first_choice(layer, "dependent_to_head")[0, 0].tolist() == [2, 2, 0]
    assert first_choice(layer, "column")[0, 0].tolist() == [1, 0, 0]
    # The word itself included: words 0 and 1 look one word on, word 2 at itself.
    shares = offset_shares(one([[2e-6, 3e-6, 1e-6], [3e-6, 4e-6, 5e-6], [1e-9, 2e-9, 3e-9]]))
    assert (shares["pattern.offset.+1"][0, 0, 0], shares["pattern.offset.+0"][0, 0, 0]) == (1, pytest.approx(1 / 3))


def test_a_head_that_gives_other_words_nothing_chooses_none() -> None:
    layer = one([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]])
    assert first_choice(layer, "dependent_to_head")[0, 0].tolist() == [-1, 2, -1]
    asked = questions(links((0, 0, 0, 1), (0, 0, 1, 2)), "dependent_to_head")
    assert hits(layer, [asked])[0].hit[:, 0].tolist() == [False, True]


def test_hits_mass_and_what_is_usual_at_that_distance() -> None:
    (found,) = hits(one(WEIGHTS), [questions(links((0, 0, 0, 2), (0, 0, 2, 1), (0, 0, 1, 2)), "dependent_to_head")])
    assert found.hit[:, 0].tolist() == [True, True, False]
    np.testing.assert_allclose(found.mass[:, 0], [0.6, 0.4, 0.1], atol=1e-6)
    # Offset 2 occurs once; at -1 the other pair is word 1 to word 0; at +1 word 0 to word 1.
    np.testing.assert_allclose(found.usual[:, 0], [np.nan, 0.3, 0.2], atol=1e-6)
    (by_column,) = hits(one(WEIGHTS), [questions(links((0, 0, 0, 1), (0, 0, 2, 1)), "column")])
    assert by_column.hit[:, 0].tolist() == [True, False]
    np.testing.assert_allclose(by_column.mass[:, 0], [0.3, 0.1], atol=1e-6)


def test_the_attention_that_goes_to_words_is_that_of_the_word_that_attends() -> None:
    layer = one([[0.1, 0.2, 0.6], [0.3, 0.1, 0.1], [0.05, 0.04, 0.01]])
    wanted = links((0, 0, 0, 2), (0, 0, 1, 0))
    asked = [questions(wanted, direction) for direction in ("dependent_to_head", "head_to_dependent", "column")]
    read = [found.words[:, 0].tolist() for found in hits(layer, asked)]
    np.testing.assert_allclose(read, [[0.9, 0.5], [0.1, 0.9], [0.1, 0.9]], atol=1e-6)


def test_a_head_that_knows_the_answers_but_not_whose_they_are() -> None:
    # Word 2 is to look at 0 and looks at 1, which is the answer to word 0; the other way round word 0 would be asked
    # about itself.
    (found,) = hits(one(WEIGHTS), [questions(links((0, 0, 0, 1), (0, 0, 2, 0)), "dependent_to_head")])
    assert found.hit[:, 0].tolist() == [False, False]
    assert found.shuffled[:, 0].tolist() == [False, True]


def test_a_causal_model_is_not_asked_about_words_that_it_cannot_see() -> None:
    layer = one([[0.4, 0, 0], [0.3, 0.5, 0], [0.2, 0.4, 0.3]], "decoder")
    wanted = links((0, 0, 0, 2), (0, 0, 2, 1))
    for direction, expected in {
        "dependent_to_head": [False, True],
        "head_to_dependent": [True, False],
        "column": [True, False],
        "later_to_earlier": [True, True],
    }.items():
        assert can_be_answered(layer.axes, questions(wanted, direction)).tolist() == expected


def test_diagonals_of_a_matrix_that_is_not_square() -> None:
    weights = torch.rand(2, 3, 4, 6)
    expected = torch.stack([weights.diagonal(offset, 2, 3).sum(-1) for offset in range(-3, 6)], dim=-1)
    torch.testing.assert_close(by_offset(weights), expected)


def test_bits_come_back() -> None:
    bits = np.random.default_rng(0).random((5, 19)) < 0.5
    assert (unpacked(packed(bits), 19) == bits).all()
    assert packed(np.array([[True, False, False]]))[0] == b"\x80"
    with pytest.raises(ShapeError):
        unpacked(packed(bits), 9)


def test_items_keep_what_they_stand_for() -> None:
    asked = questions(links((1, 0, 0, 2), (0, 1, 2, 1)), "dependent_to_head")
    bits = np.array([[True, False], [False, True]])
    rules = np.zeros((2, len(RULES)), dtype=bool)
    rules[1, 3] = True
    table = item_table(asked, bits, ~bits, rules, ids=["x", "y"], folds=[3, 7], relations=["obj", "det"])
    assert table[["id", "fold", "relation", "query", "key"]].to_numpy().tolist() == [
        ["y", 7, "obj", 0, 2],
        ["x", 3, "det", 2, 1],
    ]
    assert not can_be_shuffled(table).any()
    assert (unpacked(table["rule_hits"].tolist(), len(RULES)) == rules).all()
    with pytest.raises(ShapeError):
        unchecked(item_table)(asked, bits[:1], bits, rules, ids=["x", "y"], folds=[3, 7], relations=["obj", "det"])


def two_texts() -> dict[str, WordAxes]:
    """An encoder–decoder on two pairs: A of two words and B of three, A of three and B of one."""
    words = [spans(2, 3), spans(3, 1)]
    of_a, of_b = ([part[part[:, 0] == side] for part in words] for side in (0, 1))
    return {
        "encoder": word_axes("encoder", 1, of_a, of_a, words),
        "decoder": word_axes("decoder", 1, of_b, of_b, words),
        "cross": word_axes("cross", 1, of_b, of_a, words),
    }


def test_links_of_a_pair_stand_where_each_stack_has_its_words() -> None:
    axes = two_texts()
    # In A; from B to A; in B; across, in the second pair; from A to B.
    wanted = links((0, 0, 1, 0), (0, 0, 4, 1), (0, 0, 3, 2), (1, 0, 3, 2), (1, 0, 0, 3))
    found = {stack: on_axes(axes[stack], wanted, [2, 3]) for stack in axes}
    read = {stack: np.stack([part.pair, part.query, part.key], axis=1).tolist() for stack, part in found.items()}
    assert read == {"encoder": [[0, 1, 0]], "decoder": [[0, 1, 0]], "cross": [[0, 2, 1], [1, 0, 2]]}


def test_batches_are_gathered_as_if_they_were_one() -> None:
    random = torch.Generator().manual_seed(3)
    words = [spans(4), spans(6)]
    corpus = BatchPairs(["x", "y"], [2, 5], [4, 6], [["NOUN", "VERB", "ADP", "NOUN"], ["PRON"] * 6], ["obj", "det"])
    wanted = links((0, 0, 0, 2), (0, 1, 3, 1), (1, 0, 5, 2), (1, 0, 2, 4))

    def gathered(numbers: list[int], wanted: Links, corpus: BatchPairs) -> dict[str, pd.DataFrame]:
        here = [words[number] for number in numbers]
        axes = word_axes("encoder", 3, here, here, here)
        collector = Collector({"encoder": axes}, wanted, corpus)
        for layer in range(2):
            random.manual_seed(layer)
            whole = torch.rand(2, 3, 6, 6, generator=random)[numbers]
            collector.see(
                word_layer(whole[:, :, : axes.query_tokens.shape[1], : axes.query_tokens.shape[1]], layer, axes)
            )
        return collector.stacks()

    whole = gathered([0, 1], wanted, corpus)["encoder"]
    first = gathered(
        [0], links((0, 0, 0, 2), (0, 1, 3, 1)), BatchPairs(["x"], [2], [4], corpus.tags[:1], ["obj", "det"])
    )
    second = gathered(
        [1], links((0, 0, 5, 2), (0, 0, 2, 4)), BatchPairs(["y"], [5], [6], corpus.tags[1:], ["obj", "det"])
    )
    parts = joined([first, second])["encoder"]
    assert (whole.layers, whole.heads) == (parts.layers, parts.heads) == ([0, 1], 3)
    order = ["direction", "id", "relation", "query", "key"]
    pd.testing.assert_frame_equal(*(kept.items.sort_values(order, ignore_index=True) for kept in (whole, parts)))
    assert whole.mass.keys() == parts.mass.keys()
    for key, sums in whole.mass.items():
        np.testing.assert_allclose(sums.mass, parts.mass[key].mass)
        np.testing.assert_allclose(sums.usual, parts.mass[key].usual)
        assert (sums.items == parts.mass[key].items).all()
    assert whole.on_words.keys() == parts.on_words.keys()
    for key, words_ in whole.on_words.items():
        np.testing.assert_allclose(words_, parts.on_words[key])


def test_between_two_texts_the_column_of_the_word_looked_at_is_read() -> None:
    # Four target words look at two source words; of source word 1 most is given by target word 3, though 3 looks at
    # word 0.
    words = [spans(2, 4)]
    of_a, of_b = ([part[part[:, 0] == side] for part in words] for side in (0, 1))
    weights = torch.tensor([[0.1, 0.2], [0.5, 0.1], [0.3, 0.3], [0.6, 0.4]])
    layer = word_layer(weights[None, None], 0, word_axes("cross", 1, of_b, of_a, words))
    found = on_axes(layer.axes, links((0, 0, 5, 1), (0, 0, 4, 1)), [2])  # target words 3 and 2 belong to source word 1
    by_row, by_column = (questions(found, direction, one_text=False) for direction in ("dependent_to_head", "column"))
    assert (by_row.asked.tolist(), by_row.answer.tolist()) == ([3, 2], [1, 1])
    assert (by_column.asked.tolist(), by_column.answer.tolist()) == ([1, 1], [3, 2])
    assert can_be_answered(layer.axes, by_column).all()
    assert hits(layer, [by_row])[0].hit[:, 0].tolist() == [False, False]  # word 2 looks at both alike: the first wins
    (found,) = hits(layer, [by_column])
    assert found.hit[:, 0].tolist() == [True, False]
    assert found.mass[:, 0].tolist() == pytest.approx([0.4, 0.3])
