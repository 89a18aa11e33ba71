"""Functional profiles of heads with their halves and replicates, and the costs of matching by them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from mhattn_core.measures.matching.assignment import FEWEST_MEASURES, assigned, costs, mutually_nearest
from mhattn_core.measures.matching.costs import MatchCosts
from mhattn_core.measures.matching.nulls import similarity_nulls
from mhattn_core.measures.matching.verdicts import LEVEL, significance

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
    a: Float[np.ndarray, "head measure"]
    b: Float[np.ndarray, "head measure"]
    replicates: Float[np.ndarray, "replicate head measure"]
    n: int

    @property
    def is_causal(self) -> bool:
        return str(self.index[0][1]) == "decoder"

    @property
    def has_relations(self) -> bool:
        return any(name.startswith(RELATION) for name in self.measures)

    def of(self, measures: Sequence[str]) -> "Profiles":
        """With these measures, in this order."""
        places = [self.measures.index(name) for name in measures]
        return Profiles(
            self.index, tuple(measures), self.a[:, places], self.b[:, places], self.replicates[:, :, places], self.n
        )


def standardised(values: Float[np.ndarray, "*draw head measure"]) -> Float[np.ndarray, "*draw head measure"]:
    """In standard deviations from the mean of the heads, ``[..., head, measure]``; NaN for a measure that tells no head
    from another.
    """
    with np.errstate(invalid="ignore"):
        centred = values - _mean(values)
        deviation = np.sqrt(_mean(np.square(centred)))
    # Rounding leaves equal numbers a deviation of some 1e-8; no measure has meaning at that size.
    return np.divide(centred, deviation, out=np.full(values.shape, np.nan), where=deviation > 1e-6)


def profile_costs(a: Profiles, b: Profiles, *, relations: bool = True) -> MatchCosts | None:
    """Costs of matching a's heads with b's by the first half's profiles, over the measures that both have.

    relations: whether accuracies of relations count; without them a match of heads that find the same says more than
    that they were matched by it. None with fewer than three measures in common. Accuracies less a baseline that all
    heads share are accuracies once standardised.
    """
    same_mask = a.is_causal == b.is_causal
    common = [
        name
        for name in a.measures
        if name in b.measures
        and name not in LEFT_OUT
        and (same_mask or _in_any_mask(name))
        and (relations or not name.startswith(RELATION))
    ]
    a, b = a.of(common), b.of(common)
    here, there = standardised(a.a), standardised(b.a)
    known = np.isfinite(here).any(axis=0) & np.isfinite(there).any(axis=0)
    if known.sum() < FEWEST_MEASURES:
        return None
    cost = costs(here, there, by="profile")
    other_half = costs(standardised(a.b), standardised(b.b), by="profile")
    return MatchCosts(
        cost,
        similarity_nulls(centred(here[:, known]), centred(there[:, known])),
        np.stack([cost, other_half]),
        np.stack(
            [
                costs(x, y, by="profile")
                for x, y in zip(standardised(a.replicates), standardised(b.replicates), strict=True)
            ]
        ),
        min(a.n, b.n),
        attainable=_found_again(here[:, known], standardised(a.b)[:, known]),
        held_out=1 - other_half,
        measures=int(known.sum()),
    )


def _found_again(
    here: Float[np.ndarray, "head measure"], other_half: Float[np.ndarray, "head measure"]
) -> Bool[np.ndarray, " head"]:
    """bool ``[head]``: whether a head is matched with itself, by the rule of ``match``, when its model is matched with
    itself on other pairs: as many counterparts as these measures on so many pairs can show.
    """
    cost = costs(here, other_half, by="profile")
    partner = assigned(cost)
    heads = np.arange(len(cost))
    _p, q = significance(cost[heads, heads], similarity_nulls(centred(here), centred(other_half)))
    return (partner == heads) & (q <= LEVEL) & mutually_nearest(cost, partner)


def centred(profile: Float[np.ndarray, "head measure"]) -> Float[np.ndarray, "head measure"]:
    """Less each head's own mean, so that the cosine is Pearson's r; what is not known is the model's mean, 0."""
    known = np.where(np.isfinite(profile), profile, 0.0)
    return known - known.mean(axis=1, keepdims=True)


def _in_any_mask(name: str) -> bool:
    """Relations in the direction that a causal model sees, too; and what is no relation."""
    return not name.startswith(RELATION) or name.endswith(LATER_TO_EARLIER)


def _mean(values: Float[np.ndarray, "*draw head measure"]) -> Float[np.ndarray, "*draw 1 measure"]:
    """Over heads, of what is known."""
    known = np.isfinite(values)
    count = known.sum(axis=-2, keepdims=True)
    total = np.where(known, values, 0).sum(axis=-2, keepdims=True)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
