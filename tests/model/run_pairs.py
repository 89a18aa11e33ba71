"""Forty pairs of made-up sentences, and when two tables say the same."""

import numpy as np
import pandas as pd

import mhattn_core as mh
from mhattn_core.text.reading import PairRecord

WORDS = [
    "the",
    "old",
    "hedgehog",
    "unbelievably",
    "slept",
    "under",
    "a",
    "tree,",
    "while",
    "rain",
    "fell",
    "on",
    "3.5",
    "quiet",
    "villages",
    "and",
    "nobody",
    "minded",
]


def made_pairs(number: int) -> list[PairRecord]:
    """Pairs of different lengths, some of one sentence alone, in two groups and a few documents."""
    rng = np.random.default_rng(5)
    records = []
    for line in range(number):
        a, b = (" ".join(rng.choice(WORDS, size)) for size in (rng.integers(1, 14), rng.integers(0, 9)))
        records.append(
            PairRecord(
                f"id{line}",
                mh.SentencePair(a, b),
                line + 1,
                f"book {line // 7}",
                "short" if len(a) < 30 else "long",
                "x",
            )
        )
    return records


PAIRS = made_pairs(40)
KEYS = ["model", "stack", "layer", "head", "measure", "group"]


def same(a: pd.DataFrame, b: pd.DataFrame, tolerance: float) -> None:
    a, b = (table.sort_values(KEYS, ignore_index=True) for table in (a, b))
    pd.testing.assert_frame_equal(a[[*KEYS, "n"]], b[[*KEYS, "n"]])
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(a[column], b[column], atol=tolerance, rtol=tolerance, err_msg=column)
