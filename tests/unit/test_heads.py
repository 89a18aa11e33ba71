"""A head is written in one way, and what is written is read as the same head."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhattn_core.heads import HEAD_COLUMNS, STACKS, Head, ModelHead, head_name, head_names, layer_name

CORE = Path(__file__).parents[2] / "mhattn_core"
NUMBERS = st.integers(0, 200)
HEADS = st.builds(Head, st.sampled_from(STACKS), NUMBERS, NUMBERS)
# Names of models that look like parts of a head's name.
ODD = st.lists(st.sampled_from(["m", " · ", "L1 H2", "cross", " ", "·", "\n", "語"]), min_size=1).map("".join)
ALL_STACKS = [Head("encoder", 0, 1), Head("decoder", 10, 0), Head("cross", 2, 11)]


def table(heads: list[ModelHead]) -> pd.DataFrame:
    return pd.DataFrame(heads, columns=HEAD_COLUMNS)


def test_what_a_head_is_called() -> None:
    assert layer_name(3) == "L3"
    assert head_name(3, 7) == Head("cross", 3, 7).name == "L3 H7"
    assert Head("cross", 1, 0).full_name == "cross L1 H0"
    assert ModelHead("minilm", "encoder", 3, 7).name == "minilm · L3 H7"
    assert head_name(1, 0, stack="cross", model="marian-zh-en") == "marian-zh-en · cross L1 H0"


@given(HEADS, st.sampled_from(STACKS))
def test_a_name_is_read_as_the_head_that_it_was_made_of(head: Head, other: str) -> None:
    assert Head.parse(head.full_name) == Head.parse(head.name, head.stack) == head
    assert Head.parse(head.full_name, other) == head  # its own stack wins
    [in_address] = parse_qs(urlencode({"off": head.full_name}))["off"]
    assert Head.parse(in_address) == head


@pytest.mark.parametrize(
    "name",
    [
        "",
        "L3",
        "H7",
        "L3H7",
        "L3  H7",
        "l3 h7",
        "L-1 H0",
        "L03 H7",
        "L3 H7 ",
        "L3 H7\n",
        "L٣ H7",
        "stack L3 H7",
        "m · L3 H7",
    ],
)
def test_nothing_else_is_a_head(name: str) -> None:
    with pytest.raises(ValueError, match="not a head"):
        Head.parse(name, "encoder")


def test_a_head_without_a_stack_is_none() -> None:
    with pytest.raises(ValueError, match="not a head: 'L3 H7'"):
        Head.parse("L3 H7")


def test_a_plain_tuple_is_the_same_head() -> None:
    assert {("encoder", 3, 7): "zero"}[Head("encoder", 3, 7)] == "zero"  # type: ignore[index]
    assert Head("encoder", 3, 7).cell == ModelHead("m", "encoder", 3, 7).cell == (3, 7)
    assert ModelHead("m", "encoder", 3, 7).within == ("encoder", 3, 7)


def test_heads_are_in_the_order_of_their_numbers_and_not_of_their_digits() -> None:
    heads = [Head("encoder", 10, 0), Head("encoder", 2, 11), Head("encoder", 2, 3)]
    assert [head.name for head in sorted(heads)] == ["L2 H3", "L2 H11", "L10 H0"]
    assert [head.name for head in sorted(ModelHead("b", *head) for head in heads)] == [
        "b · L2 H3",
        "b · L2 H11",
        "b · L10 H0",
    ]


@given(st.lists(st.tuples(ODD, NUMBERS, NUMBERS), unique=True))
def test_no_two_heads_have_one_name_whatever_their_models_are_called(places: list[tuple[str, int, int]]) -> None:
    heads = [ModelHead(model, "encoder", layer, head) for model, layer, head in places]
    by_name = {head.name: head for head in heads}
    assert list(by_name.values()) == heads
    assert list(head_names(table(heads), model=True)) == list(by_name)


def test_the_heads_of_a_table() -> None:
    heads = [ModelHead("m · L1 H2", *head) for head in ALL_STACKS]
    rows = table(heads).assign(value=0.5)
    assert ModelHead.of_table(rows) == heads
    assert Head.of_table(rows) == ALL_STACKS
    assert [type(part) for part in ModelHead.of_table(rows)[0]] == [str, str, int, int]
    assert ModelHead.of_row(rows.iloc[2]) == heads[2]
    assert Head.of_row({"stack": "cross", "layer": 2.0, "head": 11.0}) == ALL_STACKS[2]
    assert ModelHead.of_table(rows.iloc[:0]) == []


def test_the_names_of_a_table() -> None:
    rows = table([ModelHead("m", *head) for head in ALL_STACKS])
    assert list(head_names(rows)) == [head.name for head in ALL_STACKS]
    assert list(head_names(rows, stack=True)) == [head.full_name for head in ALL_STACKS]
    assert list(head_names(rows.add_suffix("_b"), "_b", model=True)) == ["m · L0 H1", "m · L10 H0", "m · L2 H11"]


def test_nothing_else_writes_a_head() -> None:
    by_hand = re.compile(r"""L\{[^}]*\} H\{|" H"|' H'|f?"L" \+|f"L\{|L\(\\d\+\)""")
    for path in CORE.rglob("*.py"):
        if path != CORE / "heads.py":
            assert not by_hand.search(path.read_text(encoding="utf-8")), path
