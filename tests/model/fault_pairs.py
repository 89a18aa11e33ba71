"""Sentences on which tiny networks are ablated, and what one of them loses."""

import mhattn_core as mh
from mhattn_core.experiments.ablation.pair import pair_loss

PAIRS = [
    mh.SentencePair("the cat sits on a mat", "it was tired"),
    mh.SentencePair("it was very tired and slept all day long", "the cat slept"),
    mh.SentencePair("a long day", "it was long"),
]

SINGLE = [mh.SentencePair(pair.source) for pair in PAIRS]


def total(model: mh.Model, pair: mh.SentencePair, ablate: dict[tuple[str, int, int], str]) -> float:
    found = pair_loss(model, pair, ablate)  # type: ignore[arg-type]
    return found.value * found.n
