"""Where a head looks against where it should: arcs, rates and ideals by hand."""

import numpy as np
import pandas as pd
import pytest
import torch
from unchecked import unchecked

from mhattn_core.arrays.word_grid import WordAxis, WordGrid
from mhattn_core.measures.patterns.ideals import IDEALS, nearest_to_ideals
from mhattn_core.measures.roles.arcs import first_choices, looks
from mhattn_core.measures.roles.hits import first_choice
from mhattn_core.measures.roles.items import packed
from mhattn_core.measures.roles.links import DIRECTIONS, Direction
from mhattn_core.measures.roles.rates import rates_table
from mhattn_core.measures.roles.table import StackItems

WORDS = ("the", "cat", "saw", "her")
ROWS = np.array([[0.9, 0.1, 0.0, 0.0], [0.2, 0.1, 0.6, 0.1], [0.0, 0.3, 0.5, 0.2], [0.1, 0.5, 0.1, 0.3]])


def grid(weights: np.ndarray, visible: np.ndarray | None = None, side: str = "a") -> WordGrid:
    axis = WordAxis(WORDS, (side,) * len(WORDS), np.eye(len(WORDS)), np.zeros(len(WORDS)))
    seen = np.ones(weights.shape, dtype=bool) if visible is None else visible
    return WordGrid(weights[None, None], np.zeros((1, 1, len(WORDS))), seen, axis, axis)


def arcs(direction: Direction, items: list[tuple[int, int]], **options: object) -> list[tuple[int, int, str]]:
    table = looks(grid(ROWS, **options), 0, 0, items, direction, words_of_a=len(WORDS))  # type: ignore[arg-type]
    return [tuple(row) for row in table.itertuples(index=False)]


def test_a_head_finds_a_link_or_looks_elsewhere() -> None:
    # cat looks at saw; her looks at cat, and not at saw.
    assert arcs("dependent_to_head", [(1, 2), (3, 2)]) == [(1, 2, "right"), (3, 2, "missed"), (3, 1, "wrong")]


def test_the_other_way_the_head_is_asked() -> None:
    # saw looks at cat most, itself left out.
    assert arcs("head_to_dependent", [(1, 2), (3, 2)]) == [(2, 1, "right"), (2, 3, "missed"), (2, 1, "wrong")]


def test_in_a_column_the_arc_leads_from_the_word_that_looks() -> None:
    # cat is looked at by her (0.5) more than by saw (0.3).
    assert arcs("column", [(1, 2)]) == [(2, 1, "missed"), (3, 1, "wrong")]


def test_only_words_before_count_for_the_later_of_two() -> None:
    # Of the words before it, cat has only the article.
    assert arcs("later_to_earlier", [(1, 0), (2, 3)]) == [(1, 0, "right"), (3, 2, "missed"), (3, 1, "wrong")]


def test_what_a_causal_model_may_not_see_is_not_asked() -> None:
    assert arcs("dependent_to_head", [(1, 2), (2, 1)], visible=np.tril(np.ones((4, 4), dtype=bool))) == [
        (2, 1, "right")
    ]


def test_words_of_the_second_sentence_are_counted_on() -> None:
    assert arcs("dependent_to_head", [(5, 6)], side="b") == [(1, 2, "right")]
    assert arcs("dependent_to_head", [(1, 2)], side="b") == []


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_first_choices_equal_those_that_are_counted(direction: Direction) -> None:
    class Axes:
        stack = "encoder"
        visible = torch.ones(1, 7, 7, dtype=torch.bool).tril()

    class Layer:
        axes = Axes()
        pattern = torch.rand(1, 3, 7, 7, generator=torch.Generator().manual_seed(1)).tril()

    expected = unchecked(first_choice)(Layer(), direction)  # type: ignore[arg-type]
    for head in range(3):
        ours = first_choices(Layer.pattern[0, head].numpy(), Axes.visible[0].numpy(), direction)
        assert ours.tolist() == expected[0, head].tolist()


def test_rates_count_hits_of_every_head() -> None:
    bits = np.array([[1, 0, 0, 1, 0, 0], [1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]], dtype=bool)
    items = pd.DataFrame({"relation": ["obj", "obj", "det"], "direction": "column", "hits": packed(bits)})
    on_words = {("obj", "column"): np.array([2, 1, 0, 1, 0, 0.5]), ("det", "column"): np.ones(6)}
    table = rates_table("m", {"encoder": StackItems((0, 1), 3, items, {}, on_words)})
    objects = table[table["relation"] == "obj"]
    assert objects["hits"].tolist() == [2, 1, 0, 1, 0, 0]
    assert objects[["layer", "head"]].to_numpy().tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    assert objects["word_mass"].tolist() == [1, 0.5, 0, 0.5, 0, 0.25]
    assert (objects["n"].unique().tolist(), len(table)) == ([2], 12)


def test_the_nearest_head_is_the_one_with_most_of_the_ideals_number() -> None:
    rows = [
        ("m", "encoder", 0, head, measure, value, 5)
        for measure, values in {
            "part.self": (0.1, 0.4),
            "part.offset": (0.1, 0.5),
            "part.content": (0.1, 0.0),
            "part.even": (0.5, 0.4),
            "pattern.block": (np.nan, np.nan),
        }.items()
        for head, value in enumerate(values)
    ]
    heads = pd.DataFrame(rows, columns=["model", "stack", "layer", "head", "measure", "value", "n"])
    types = pd.DataFrame(
        {"model": "m", "stack": "encoder", "layer": 0, "head": [0, 1], "type": ["heterogeneous", "diagonal"]}
    )
    found = nearest_to_ideals(heads, types).set_index("ideal")
    # Single sentences have no blocks.
    assert list(found.index) == [name for name in IDEALS if name != "block"]
    assert found.loc["diagonal", ["head", "number", "type"]].tolist() == [1, 0.9, "diagonal"]
    assert found.loc["sparse", ["head", "number", "asked", "type"]].tolist() == [0, 0.1, 0.65, "heterogeneous"]
