"""Functional profiles of heads with their halves and replicates, and the costs of matching by them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mhattn_core.measures.matching.assignment import DRAWS, costs, mixed_costs
from mhattn_core.measures.matching.costs import MatchCosts

RELATION, LATER_TO_EARLIER = "relation.", ".later_to_earlier"
"""Before and behind the names of relations' accuracies: ``relation.obj.later_to_earlier``."""
LEFT_OUT = frozenset({"entropy", "entropy.tokens", "part.sink", "part.even"})
"""Measures that hang on length or tokenizer, or say again what another one says."""


@dataclass(frozen=True, eq=False)
class Profiles:
    """One stack's heads: values by half of the folds ``a, b [head, measure]``, and on resampled pairs ``[replicate,
    head, measure]``.

    index: (model, stack, layer, head); measures: their names; n: pairs.
    """

    index: pd.MultiIndex
    measures: tuple[str, ...]
    a: np.ndarray
    b: np.ndarray
    replicates: np.ndarray
    n: int

    @property
    def is_causal(self) -> bool:
        return str(self.index[0][1]) == "decoder"

    def of(self, measures: Sequence[str]) -> "Profiles":
        """With these measures, in this order."""
        places = [self.measures.index(name) for name in measures]
        return Profiles(
            self.index, tuple(measures), self.a[:, places], self.b[:, places], self.replicates[:, :, places], self.n
        )


def standardised(values: np.ndarray) -> np.ndarray:
    """In standard deviations from the mean of the heads, ``[..., head, measure]``; NaN for a measure that tells no head
    from another.
    """
    with np.errstate(invalid="ignore"):
        centred = values - _mean(values)
        deviation = np.sqrt(_mean(np.square(centred)))
    # Rounding leaves equal numbers a deviation of some 1e-8; no measure has meaning at that size.
    return np.divide(centred, deviation, out=np.full(values.shape, np.nan), where=deviation > 1e-6)


def profile_costs(a: Profiles, b: Profiles, twin: Profiles) -> MatchCosts:
    """Costs of matching a's heads with b's by the first half's profiles, over the measures that all three have.

    twin: the second model's architecture with random weights. Accuracies less a baseline that all heads share are
    accuracies once standardised.
    """
    same_mask = a.is_causal == b.is_causal
    common = [
        name
        for name in a.measures
        if name in b.measures and name in twin.measures and name not in LEFT_OUT and (same_mask or _in_any_mask(name))
    ]
    a, b, twin = (one.of(common) for one in (a, b, twin))
    here, there = standardised(a.a), standardised(b.a)
    resampled = [
        costs(x, y, by="profile") for x, y in zip(standardised(a.replicates), standardised(b.replicates), strict=True)
    ]
    held_out = 1 - costs(standardised(a.b), standardised(b.b), by="profile")
    known = (np.isfinite(here).any(axis=0) & np.isfinite(there).any(axis=0)).sum()
    return MatchCosts(
        costs(here, there, by="profile"),
        mixed_costs(here, there, by="profile", draws=DRAWS),
        costs(here, standardised(twin.a), by="profile")[None],
        np.stack(resampled),
        min(a.n, b.n),
        held_out=held_out,
        measures=int(known),
    )


def _in_any_mask(name: str) -> bool:
    """Relations in the direction that a causal model sees, too; and what is no relation."""
    return not name.startswith(RELATION) or name.endswith(LATER_TO_EARLIER)


def _mean(values: np.ndarray) -> np.ndarray:
    """Over heads, of what is known."""
    known = np.isfinite(values)
    count = known.sum(axis=-2, keepdims=True)
    total = np.where(known, values, 0).sum(axis=-2, keepdims=True)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
