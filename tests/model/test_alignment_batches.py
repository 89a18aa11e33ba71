"""Many pairs read as alignments at once equal each read alone."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from cases import family_named, model_of
from loaded import loaded
from written import gold_pairs

import mhattn_core as mh
from mhattn_core.arrays.alignment_weights import AlignmentWeights
from mhattn_core.attention.alignment_weights import alignment_weights
from mhattn_core.experiments.alignment.align import align
from mhattn_core.measures.alignment.measures import links
from mhattn_core.text.pharaoh import parse
from mhattn_core.text.reading import PairRecord

ENGLISH = (
    ("A dog sleeps.", "The old dogs of my neighbours are sleeping in the garden.", "0-1 1-2 2-8"),
    ("The unbelievably long meeting, she said, was over.", "It ended.", "3-0 8-1"),
    ("He reads to her", "She listens to what he reads", "0-4 1-5 3-0"),
)


def chosen(weights: AlignmentWeights) -> np.ndarray:
    """The partners of one pair's words by its matrix of links, the layer's mean behind its heads."""
    with_mean = replace(
        weights,
        weights=np.concatenate([weights.weights, weights.weights.mean(axis=1, keepdims=True)], axis=1),
        no_link=np.concatenate([weights.no_link, weights.no_link.mean(axis=1, keepdims=True)], axis=1),
    )
    tied = links(with_mean)
    tied = tied if weights.choosing == "target" else np.swapaxes(tied, -1, -2)
    return np.where(tied.any(axis=-1), tied.argmax(axis=-1), -1)


def records(pairs: tuple[tuple[str, str, str], ...]) -> list[PairRecord]:
    return [
        PairRecord(str(line), mh.SentencePair(source, target), line, alignment=parse(gold))
        for line, (source, target, gold) in enumerate(pairs)
    ]


@pytest.mark.parametrize("name", ["marian-en-zh", "minilm", "bart", "t5", "llama", "bert", "gpt2"])
def test_a_batch_equals_its_pairs_one_by_one(name: str) -> None:
    model = loaded(name) if name in ("marian-en-zh", "minilm") else model_of(family_named(name))
    pairs = gold_pairs()[:8] if name == "marian-en-zh" else records(ENGLISH)
    together = align(model, pairs)
    assert len({len(record.pair.a.words) for record in pairs}) > 1
    for reading, found in together.found.items():
        for record, choices in zip(pairs, found, strict=True):
            alone = alignment_weights(mh.attend(model, record.pair), reading.rows, reading.weight)
            np.testing.assert_array_equal(choices, chosen(alone))
        assert any((choices >= 0).any() for choices in found)


def test_a_pair_that_cannot_be_read_takes_no_others_with_it(llama: mh.Model) -> None:
    too_long = PairRecord("9", mh.SentencePair("word " * 500, "word"), 9, alignment=parse("0-0"))
    without_gold = PairRecord("8", mh.SentencePair("A dog", "A cat"), 8)
    first, *others = records(ENGLISH)
    told: list[tuple[int, int]] = []
    aligned = align(llama, [first, too_long, without_gold, *others], progress=lambda *done: told.append(done))
    assert list(aligned.skipped["line"]) == [9, 8]
    assert aligned.keys == tuple(record.pair.source for record in (first, *others))
    assert told[-1] == (5, 5)
    assert all(before <= after for (before, _), (after, _) in pairwise(told))
