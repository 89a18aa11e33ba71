"""Padded batches of every family that can be read, against each pair alone."""

import numpy as np
import pytest
from cases import HEADS, model_of
from families import ON_THEIR_OWN, READABLE, XLNET, Family

from mhattn_core.runs.chunk import measure_chunk
from mhattn_core.text.pair import SentencePair

PAIRS = [
    SentencePair("the cat sits on a mat", "it was tired"),
    SentencePair("it slept all day", "it was very tired and it slept all day long"),
    SentencePair("the mat", "a cat"),
]


@pytest.mark.parametrize("family", [*READABLE, *ON_THEIR_OWN, XLNET], ids=lambda family: family.name)
def test_a_batch_is_its_pairs(family: Family) -> None:
    model = model_of(family)
    together = measure_chunk(model, PAIRS, ["basic"])
    assert not together.reasons
    assert {entry.stack for entry in together.layout} == set(model.stacks)
    assert all(entry.heads == HEADS for entry in together.layout)
    for row, pair in zip(together.rows, PAIRS, strict=True):
        np.testing.assert_allclose(row, measure_chunk(model, [pair], ["basic"]).rows[0], atol=1e-4, rtol=1e-5)
