"""Attention computed some queries at a time: the same numbers in every family that can be read so, and no other is."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from cases import family_named, model_of
from families import ON_THEIR_OWN, READABLE, Family
from torch import Tensor, nn
from transformers.models.bert import modeling_bert

from mhattn_core.attention import stream
from mhattn_core.attention.batches import collate, feed_all
from mhattn_core.attention.stream import query_parts
from mhattn_core.attention.word_layer import word_axes
from mhattn_core.runs import chunk
from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.tap.interface import Call, eager_function
from mhattn_core.text.pair import SentencePair

PAIR = SentencePair("the cat sits on a mat because unbelievably tired", "it slept all day long")
CELLS = 100


def test_families_that_read_themselves_are_left_whole() -> None:
    assert not model_of(ON_THEIR_OWN[0]).attention.reads_in_parts


@pytest.mark.parametrize("family", READABLE, ids=lambda family: family.name)
def test_parts_give_what_the_whole_gives(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(family)
    assert model.attention.reads_in_parts
    whole = measure_chunk(model, [PAIR], ["basic"])
    monkeypatch.setattr(stream, "CELLS_OF_PART", CELLS)
    shown: list[int] = []

    def see(call: Call) -> None:
        shown.append(call.first)

    (row,), _problems = feed_all(model, [PAIR])
    batch = collate(model, [row])
    of_stack = {stack: query_parts(axes) for stack, axes in batch.axes.items()}
    for parts in of_stack.values():
        assert len(parts) > 1
        assert parts[0][0] == 0
        assert all(stop == start for (_, stop), (start, _) in pairwise(parts))
    with torch.no_grad(), model.attention.watching(see, of_stack.__getitem__):
        stream.run_bare(model, batch)
    assert len(set(shown)) > 1
    in_parts = measure_chunk(model, [PAIR], ["basic"])
    assert not in_parts.reasons
    assert in_parts.layout == whole.layout
    np.testing.assert_allclose(in_parts.rows, whole.rows, rtol=1e-5, atol=1e-5)


def test_no_word_lies_in_two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words of one, two, five and one piece, between two special tokens."""
    monkeypatch.setattr(stream, "CELLS_OF_PART", 33)
    words = np.array([[0, 0, 1], [0, 2, 4], [0, 5, 10], [1, 0, 1]])
    pieces = np.array(
        [[-1, 0, 0], *([side, at, at + 1] for side, start, end in words for at in range(start, end)), [-1, 0, 0]]
    )
    axes = word_axes("encoder", 1, [pieces], [pieces], [words])
    assert query_parts(axes) == [(0, 2), (2, 4), (4, 9), (9, 11)]


def _from_its_first_row(eager: Callable[..., Any]) -> Callable[..., Any]:
    """An attention function that looks at how far each query is from the first that it is given."""

    def function(module: nn.Module, query: Tensor, *rest: Any, **options: Any) -> tuple[Tensor, Tensor]:
        output, pattern = eager(module, query, *rest, **options)
        factor = torch.arange(1, query.shape[2] + 1) / 10
        return output * factor[:, None, None], pattern

    return function


def test_a_function_whose_rows_hang_on_others_is_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "LONGEST", 5)
    assert not measure_chunk(model_of(family_named("bert")), [PAIR], ["basic"]).reasons
    monkeypatch.setattr(
        modeling_bert, "eager_attention_forward", _from_its_first_row(modeling_bert.eager_attention_forward)
    )
    eager_function.cache_clear()
    try:
        model = model_of(family_named("bert"))
        assert not model.attention.reads_in_parts
        assert measure_chunk(model, [PAIR], ["basic"]).reasons
    finally:
        eager_function.cache_clear()
