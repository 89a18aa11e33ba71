"""The best head as an aligner, and two directions combined: chosen on one half of the pairs and reported on the
other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.measures.alignment.aligned import MEAN, Aligned, LinkReading, baseline_sums
from mhattn_core.measures.alignment.measures import (
    Symmetrisation,
    alignment_error_rate,
    error_sums,
    symmetrised,
)
from mhattn_core.measures.statistics import SPLITS, bootstrap_weights, fold, folds_of_split, spread

Chosen = tuple[LinkReading, int, int]
Sums = Float[np.ndarray, "pair 4"]


@dataclass(frozen=True)
class HeldOut:
    """A choice made on ten folds and reported on the other ten, over 50 splits.

    ``choice``: one ``head``, or how the links of two are combined. ``chosen``: what won most often, and ``wins``, in
    which share of the splits; ``aer``: the median of the held-out errors; ``low`` and ``high`` of the error;
    ``diagonal``: the baseline on the same folds;
    ``gain``, ``gain_low`` and ``gain_high``: how much lower than the diagonal's the error is, on the same folds and
    draws.
    """

    choice: str
    chosen: tuple[Chosen, ...]
    wins: float
    aer: float
    low: float
    high: float
    diagonal: float
    gain: float
    gain_low: float
    gain_high: float
    n: int


def best_head(aligned: Aligned, *, choosing_source: bool | None = None) -> HeldOut:
    """The head with the least error, chosen on one half and reported on the other.

    choosing_source: only heads whose source (or target) words choose. The splits are ours: 10 of 20 folds, seeds 0 to
    49.
    """
    candidates = _candidates(aligned, choosing_source)
    return _held_out("head", aligned, {(candidate,): sums for candidate, sums in candidates.items()}, [candidates])


def best_combined(forward: Aligned, backward: Aligned) -> list[HeldOut]:
    """The best head of each direction, both chosen on one half, their links combined and reported on the other; one row
    a method.

    The pairs of both must be the same. ``backward`` is a reverse translator (turned), or the same encoder.
    Raises Problem when the pairs differ.
    """
    if forward.keys != backward.keys:
        raise Problem(
            _("The two directions leave out different pairs."),
            _("Leave out the pairs that are told as skipped, and measure again."),
        )
    pools = [_candidates(forward, False), _candidates(backward, True)]
    rows = []
    for method in get_args(Symmetrisation):
        combined: dict[tuple[Chosen, ...], Sums] = {}
        for seed in range(SPLITS):
            chosen = _winners(pools, _in_split(forward, seed))
            if chosen not in combined:
                combined[chosen] = _combined_sums(forward, backward, chosen, method)
        rows.append(_held_out(method, forward, combined, pools))
    return rows


def held_out_rows(aligned: Aligned, held_out: Iterable[HeldOut]) -> pd.DataFrame:
    """Choices as rows of ``alignment_table``, with choice (``head``, ``intersection`` …), wins, diagonal, gain,
    gain_low and gain_high more.

    aer is the held-out median; layer, head, rows and weight are the usual winner's in this model.
    """
    rows = []
    for found in held_out:
        own = (
            found.chosen[-1 if aligned.turned else 0]
            if found.chosen
            else (LinkReading("", "awi", "pattern"), MEAN, MEAN)
        )
        reading, layer, head = own
        told = {
            "model": aligned.model,
            "stack": reading.stack,
            "layer": layer,
            "head": head,
            "rows": reading.rows,
            "weight": reading.weight,
        }
        numbers = {
            name: getattr(found, name)
            for name in ("aer", "low", "high", "n", "wins", "diagonal", "gain", "gain_low", "gain_high")
        }
        rows.append(told | numbers | {"choice": found.choice})
    return pd.DataFrame(rows)


def _candidates(aligned: Aligned, choosing_source: bool | None) -> dict[Chosen, Sums]:
    readings = [reading for reading in aligned.found if choosing_source in (None, aligned.chooses_source(reading))]
    return {
        (reading, layer, head): aligned.sums(reading)[:, layer, head]
        for reading in readings
        for layer, head in np.ndindex(aligned.sums(reading).shape[1], aligned.sums(reading).shape[2] - 1)
    }


def _in_split(aligned: Aligned, seed: int) -> Bool[np.ndarray, " pair"]:
    """bool ``[pair]``: the pairs on which this split chooses."""
    return folds_of_split(seed)[[fold(key) for key in aligned.keys]]


def _winners(pools: list[dict[Chosen, Sums]], choosing: Bool[np.ndarray, " pair"]) -> tuple[Chosen, ...]:
    return tuple(min(pool, key=lambda candidate: _error(pool[candidate][choosing])) for pool in pools)


def _error(sums: Sums) -> float:
    return float(np.nan_to_num(alignment_error_rate(sums.sum(axis=0)), nan=np.inf))


def _combined_sums(forward: Aligned, backward: Aligned, chosen: tuple[Chosen, ...], method: Symmetrisation) -> Sums:
    return np.stack(
        [
            error_sums(
                symmetrised(
                    forward.links(chosen[0][0], pair, *chosen[0][1:]),
                    backward.links(chosen[1][0], pair, *chosen[1][1:]),
                    method,
                ),
                *gold,
            )
            for pair, gold in enumerate(forward.gold)
        ]
    )


def _held_out(
    name: str, aligned: Aligned, sums: Mapping[tuple[Chosen, ...], Sums], pools: list[dict[Chosen, Sums]]
) -> HeldOut:
    draws, baseline = bootstrap_weights(aligned.keys), baseline_sums(aligned.gold)
    winners, errors, baselines, drawn, gains = [], [], [], [], []
    for seed in range(SPLITS):
        choosing = _in_split(aligned, seed)
        if choosing.all() or not choosing.any():
            continue
        chosen = _winners(pools, choosing)
        reported = ~choosing
        winners.append(chosen)
        errors.append(_error(sums[chosen][reported]))
        baselines.append(_error(baseline[reported]))
        here, there = (alignment_error_rate(draws[:, reported] @ each[reported]) for each in (sums[chosen], baseline))
        drawn.append(here)
        gains.append(there - here)
    if not winners:
        nothing = float("nan")
        return HeldOut(
            name, (), nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing, len(aligned.keys)
        )
    usual, times = Counter(winners).most_common(1)[0]
    (low, high), (gain_low, gain_high) = (spread(np.concatenate(values)) for values in (drawn, gains))
    aer, diagonal = float(np.median(errors)), float(np.median(baselines))
    gain = float(np.median(np.subtract(baselines, errors)))
    return HeldOut(
        name,
        usual,
        times / len(winners),
        aer,
        float(low),
        float(high),
        diagonal,
        gain,
        float(gain_low),
        float(gain_high),
        len(aligned.keys),
    )
