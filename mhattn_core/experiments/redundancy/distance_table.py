"""Every two heads of a model over many pairs: how far apart their patterns are and what they write, on text and on
random words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from mhattn_core.errors import Problem
from mhattn_core.experiments.redundancy.distance_sums import distance_sums
from mhattn_core.experiments.redundancy.heads import head_index, shares_keys
from mhattn_core.experiments.redundancy.noise import random_words
from mhattn_core.experiments.redundancy.share_table import COLUMNS as SHARE_COLUMNS
from mhattn_core.experiments.redundancy.share_table import share_table
from mhattn_core.experiments.word_outputs import word_outputs
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.jackknife import jackknife, jackknifed_quotient
from mhattn_core.measures.redundancy.cka import FEWEST
from mhattn_core.measures.redundancy.cka_folds import cka_by_fold
from mhattn_core.measures.redundancy.samples import NOISE, TEXTS, WORDS
from mhattn_core.measures.sample import sampled
from mhattn_core.measures.statistics import FOLDS, quotient
from mhattn_core.text.pair import SentencePair

if TYPE_CHECKING:
    from mhattn_core.measures.redundancy.distance_sums import DistanceSums
    from mhattn_core.measures.word_outputs import WordOutputs
    from mhattn_core.models.model import Model

COLUMNS = (
    *(
        "model",
        "stack",
        "layer_a",
        "head_a",
        "layer_b",
        "head_b",
        "js",
        "correlation",
        "cka",
        "low",
        "high",
        "cka_low",
        "cka_high",
    ),
    *(
        "shared_keys",
        "noise",
        "noise_low",
        "noise_high",
        "noise_correlation",
        "noise_cka",
        "shuffled",
        "shuffled_correlation",
        "shuffled_cka",
        "n",
        "words",
    ),
)


@dataclass(frozen=True, eq=False)
class _Measured:
    """A model's stacks over some pairs."""

    sums: "dict[str, DistanceSums]"
    outputs: "dict[str, WordOutputs]"
    folds: np.ndarray


def distance_tables(
    model: "Model",
    texts: Sequence[str],
    pairs: Sequence[SentencePair],
    folds: Sequence[int],
    *,
    tell: Callable[[int], None] = lambda _pairs: None,
) -> dict[str, pd.DataFrame]:
    """``distances``: each two heads of each stack once, columns ``COLUMNS``; ``redundancy``: of each stack the share of
    heads that have a redundant partner, see ``share_table``.

    texts: what tells one pair from another; the lowest hashes are measured, and they are the same whatever the order.
    folds: of the pairs, 0 to 19.
    tell: told how many pairs are done, as one pass after another goes on (``passes``).

    ``js`` (mean over words, nats) with ``low`` and ``high``, and ``correlation`` (mean over texts, of weights), over
    ``n`` texts; ``cka``, debiased, of what the heads write, over ``words`` words, one a text, with its interval.
    Intervals leave out one fold at a time. ``noise`` …: the same on texts of as many random words (``noise`` is JS).
    ``shuffled`` …: where each head's words, and for CKA its texts, stand in an order of their own. NaN where something
    cannot be told, such as CKA of fewer than four words; no rows of a model that can read none of the pairs. Source:
    see ``js_within``, ``correlation_distances``, ``cka_folds``; the noise: Bian et al. 2021.
    """
    places = sampled(texts, WORDS)
    few = places[:TEXTS]
    short, own_folds = [pairs[place] for place in few], np.asarray(folds)[places]
    told = _measured(model, short, [pairs[place] for place in places], own_folds, tell)
    mixed = distance_sums(model, short, own_folds.tolist(), shuffled=True, tell=tell)
    random = _random(model, [pairs[place] for place in few[:NOISE]])
    noise = _measured(model, random, random, np.arange(len(random)) % FOLDS, tell)
    distances, shares = [], []
    for stack, sums in told.sums.items():
        heads = len(head_index(model, stack))
        cka, noise_cka = _cka(told, stack, heads), _cka(noise, stack, heads)
        distances.append(_stack(model, stack, told, mixed[stack], noise, cka, noise_cka[0]))
        rows = share_table(sums, cka, noise.sums.get(stack), noise_cka)
        shares.append(rows.assign(model=model.name, stack=stack)[list(SHARE_COLUMNS)])
    return {"distances": _joined(distances, COLUMNS), "redundancy": _joined(shares, SHARE_COLUMNS)}


def passes(pairs: int) -> int:
    """How many pairs ``distance_tables`` tells of, of so many different ones, at most."""
    return 2 * min(pairs, TEXTS) + min(pairs, WORDS) + 2 * min(pairs, NOISE)


def _measured(
    model: "Model",
    few: Sequence[SentencePair],
    pairs: Sequence[SentencePair],
    folds: np.ndarray,
    tell: Callable[[int], None],
) -> _Measured:
    return _Measured(distance_sums(model, few, folds.tolist(), tell=tell), word_outputs(model, pairs, tell=tell), folds)


def _random(model: "Model", pairs: Sequence[SentencePair]) -> list[SentencePair]:
    """A translator is given a second sentence where there is none: what it writes for random words has no end. None
    without a vocabulary of words.
    """
    like = [
        (
            (pair.a, pair.b or (pair.a if "cross" in model.stacks else pair.b)),
            (pair.source_language, pair.target_language),
        )
        for pair in pairs
    ]
    try:
        return random_words(model, like)
    except Problem:
        return []


def _joined(tables: list[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))


def _stack(
    model: "Model",
    stack: str,
    told: _Measured,
    mixed: "DistanceSums",
    noise: _Measured,
    cka: np.ndarray,
    noise_cka: np.ndarray,
) -> pd.DataFrame:
    index = head_index(model, stack)
    js, low, high = jackknifed_quotient(told.sums[stack].js)
    correlation = quotient(told.sums[stack].correlation.sum(axis=0))
    cka_low, cka_high = jackknife(cka[0], cka[1:])
    columns = {
        "js": js,
        "correlation": correlation,
        "cka": cka[0],
        "low": low,
        "high": high,
        "cka_low": cka_low,
        "cka_high": cka_high,
        "shared_keys": shares_keys(model, pd.DataFrame(index=index)),
    }
    columns |= _noise(noise, stack, len(index)) | {
        "noise_cka": noise_cka,
        "shuffled": quotient(mixed.js.sum(axis=0)),
        "shuffled_correlation": quotient(mixed.correlation.sum(axis=0)),
        "shuffled_cka": _shuffled_cka(told, stack, len(index)),
    }
    first, second = np.triu_indices(len(index), 1)
    layer, head = (index.get_level_values(level).to_numpy() for level in HEAD_COLUMNS[2:])
    ends = {"layer_a": layer[first], "head_a": head[first], "layer_b": layer[second], "head_b": head[second]}
    numbers = {name: column[first, second] for name, column in columns.items()}
    words = len(told.outputs[stack].texts) if stack in told.outputs else 0
    table = pd.DataFrame(ends | numbers).assign(model=model.name, stack=stack, n=told.sums[stack].texts, words=words)
    small = {name: np.float32 for name in table if table[name].dtype == np.float64} | dict.fromkeys(ends, np.int16)
    return table.astype(small)[list(COLUMNS)]


def _noise(noise: _Measured, stack: str, heads: int) -> dict[str, np.ndarray]:
    unknown = np.full((heads, heads), np.nan)
    names = ("noise", "noise_low", "noise_high")
    if stack not in noise.sums:
        return dict.fromkeys((*names, "noise_correlation"), unknown)
    ends = dict(zip(names, jackknifed_quotient(noise.sums[stack].js), strict=True))
    return ends | {"noise_correlation": quotient(noise.sums[stack].correlation.sum(axis=0))}


def _cka(measured: _Measured, stack: str, heads: int) -> np.ndarray:
    """As ``cka_by_fold``; of too few words NaN, without any fold left out."""
    outputs = measured.outputs.get(stack)
    if outputs is None or len(outputs.texts) < FEWEST:
        return np.full((1, heads, heads), np.nan)
    return cka_by_fold(outputs.as_written(), measured.folds[outputs.texts])


def _shuffled_cka(measured: _Measured, stack: str, heads: int) -> np.ndarray:
    """With the texts of each head in an order of its own."""
    outputs = measured.outputs.get(stack)
    if outputs is None or len(outputs.texts) < FEWEST:
        return np.full((heads, heads), np.nan)
    order = torch.rand(heads, len(outputs.texts), generator=torch.Generator().manual_seed(0)).argsort(dim=1)
    written = outputs.as_written()
    mixed = written.gather(1, order[..., None].expand_as(written))
    return cka_by_fold(mixed, np.zeros(len(outputs.texts), dtype=int))[0]
