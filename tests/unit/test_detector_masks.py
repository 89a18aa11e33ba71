"""Which keys known kinds of heads look at, by hand; and patterns of a reader's own, read and refused."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mhattn_core.errors import Problem
from mhattn_core.measures.detectors import masks
from mhattn_core.text.own_mask import OwnMask, mask_of, mask_of_csv, read_mask
from mhattn_core.text.relations.resources import read_resources

S = masks.SPECIAL
# [BOS] a b a c a b [SEP]
IDS = torch.tensor([[S, 5, 6, 5, 7, 5, 6, S]])


def cells(mask: torch.Tensor) -> list[list[int]]:
    return mask[0].nonzero().tolist()


def test_the_token_before_is_asked_of_tokens_of_the_text() -> None:
    assert cells(masks.previous_token(IDS, causal=True)) == [[at, at - 1] for at in range(1, 7)]


def test_duplicates_stand_before_and_for_heads_that_see_both_sides_also_behind() -> None:
    before = [[3, 1], [5, 1], [5, 3], [6, 2]]
    assert cells(masks.duplicate_token(IDS, causal=True)) == before
    assert cells(masks.duplicate_token(IDS, causal=False)) == sorted(before + [[key, query] for query, key in before])


def test_the_first_place_is_asked_where_there_is_another_before() -> None:
    assert cells(masks.first_occurrence(IDS, causal=True)) == [[5, 1]]
    assert cells(masks.first_occurrence(IDS, causal=False)) == [[5, 1]]


def test_induction_looks_at_what_followed_and_never_at_itself() -> None:
    assert cells(masks.induction(IDS, causal=True)) == [[3, 2], [5, 2], [5, 4], [6, 3]]
    assert not masks.induction(IDS, causal=False).any()
    # Twice in a row: what followed the first is the second itself.
    assert cells(masks.induction(torch.tensor([[4, 4, 4]]), causal=True)) == [[2, 1]]


def test_the_first_token_is_asked_of_every_query() -> None:
    assert cells(masks.first_token(IDS, causal=True)) == [[at, 0] for at in range(8)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("i - j == 1", [[0, 0, 0], [1, 0, 0], [0, 1, 0]]),
        ("j == 0 or i == j", [[1, 0, 0], [1, 1, 0], [1, 0, 1]]),
        ("not i == j and j < i", [[0, 0, 0], [1, 0, 0], [1, 1, 0]]),
        ("0 <= i - j <= 1", [[1, 0, 0], [1, 1, 0], [0, 1, 1]]),
        ("abs(i - j) / (n - 1)", [[0, 0.5, 1], [0.5, 0, 0.5], [1, 0.5, 0]]),
        ("max(i, j) % 2", [[0, 1, 0], [1, 1, 0], [0, 0, 0]]),
        ("0.25", [[0.25] * 3] * 3),
        ("(j == 0) * 0.5 + (i // 2 == 1) * 0.5", [[0.5, 0, 0], [0.5, 0, 0], [1, 0.5, 0.5]]),
    ],
)
def test_an_expression_is_a_weight_of_each_query_and_key(expression: str, expected: list[list[float]]) -> None:
    assert mask_of(expression).over(3).tolist() == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "i - j ==",
        "k == 1",
        "__import__('os').system('true')",
        "i.real",
        "(lambda: 1)()",
        "[1 for x in (1,)]",
        "i ** 9 ** 9",
        "'a' == 'a'",
        "abs(i, j)",
        "min(*[1, 2])",
        "open('x')",
        "(" * 150 + "1" + ")" * 150,
        "1 if i else 0",
        "True and __builtins__",
    ],
)
def test_what_is_no_condition_on_positions_is_refused_and_never_run(expression: str) -> None:
    with pytest.raises(Problem, match=r"cannot be read as a pattern"):
        mask_of(expression)


@pytest.mark.parametrize("expression", ["i", "-1", "1 / (i - j)", "i - j"])
def test_what_is_no_weight_is_refused(expression: str) -> None:
    with pytest.raises(Problem, match="between 0 and 1"):
        mask_of(expression)


def test_a_table_is_filled_up_or_ends_with_the_text(tmp_path: Path) -> None:
    file = tmp_path / "mask.csv"
    file.write_text("0,0\n0.5,1\n", encoding="utf-8")
    mask = read_mask(str(file))
    assert mask.over(3).tolist() == [[0, 0, 0], [0.5, 1, 0], [0, 0, 0]]
    assert mask.over(1).tolist() == [[0]]
    assert mask_of("0, 0\n0.5, 1") == mask
    assert mask != OwnMask("i == j")


@pytest.mark.parametrize(
    "text", ["", "0,1", "0,1\n1", "0,2\n0,0", "a,b\nc,d", "0,nan\n0,0", "\n".join(["0," * 299 + "0"] * 300)]
)
def test_what_is_no_square_table_of_weights_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="not a square table"):
        mask_of_csv(text, "x.csv")


def test_a_file_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(Problem, match="not a square table"):
        read_mask("/nowhere/mask.csv")


def test_a_run_is_told_its_pattern_and_is_another_run_with_another() -> None:
    some, other, none = (read_resources(mask=mask) for mask in ("i == j", "j == 0", ""))
    assert some.mask == mask_of("i == j")
    assert len({some.name, other.name, none.name}) == 3
    assert (none.mask, none.name) == (None, "")


def test_a_condition_can_be_laid_over_any_length() -> None:
    assert np.array_equal(mask_of("i - j == 2").over(64), np.eye(64, k=-2))
