"""The best head of a relation, chosen on some folds and reported on the others, beside what it has to beat."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Real, Shaped

from mhattn_core.errors import ShapeError
from mhattn_core.measures.roles.class_rules import RULES
from mhattn_core.measures.roles.splits import by_fold, crossfit, halves, held_out, of_items, winners
from mhattn_core.measures.statistics import FEWEST_FOR_INTERVAL, FOLDS, spread, supported

FARTHEST = 10
"""Fixed offsets are tried from so many words before to so many words after."""
OFFSETS = np.array([offset for offset in range(-FARTHEST, FARTHEST + 1) if offset])

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class RelationItems:
    """One relation in one direction on one stack: bool hit, shuffled ``[item, head]``; int unit, fold, offset
    ``[item]``.

    has_shuffled bool ``[item]``: whether the item has a shuffled answer. unit counts what is resampled as one (a
    document, or a text) from 0, in any order. rules bool ``[item, rule]``: see ``rule_hits``; without columns where no
    word classes are known.
    """

    hit: Shaped[np.ndarray, "item head"]
    shuffled: Shaped[np.ndarray, "item head"]
    has_shuffled: Bool[np.ndarray, " item"]
    unit: Int[np.ndarray, " item"]
    fold: Int[np.ndarray, " item"]
    offset: Int[np.ndarray, " item"]
    rules: Shaped[np.ndarray, "item rule"]

    def __post_init__(self) -> None:
        if len({len(column) for column in vars(self).values()}) > 1:
            raise ShapeError("the columns of a relation's items differ in length")

    @property
    def offsets(self) -> Shaped[np.ndarray, "item offset"]:
        """Whether each fixed offset is right, bool ``[item, offset]``."""
        return self.offset[:, None] == OFFSETS


class Estimate(NamedTuple):
    """A mean over items with its 95 % interval; NaN where there is none."""

    value: float
    low: float
    high: float

    def and_over(self, other: "Estimate") -> "Estimate":
        """Of a gain over one thing and a gain over another: the gain over the better of the two.

        The ends are the lower ones, so that what is above by either is above both (intersection–union, Berger 1982):
        to choose the better and then to estimate would make the interval too narrow where the two are near each other.
        """
        if np.isnan(other.value):
            return self
        return Estimate(*(min(ends) for ends in zip(self, other, strict=True)))


UNKNOWN = Estimate(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Score:
    """What 50 splits say: see ``relations.parquet``. head counts through all layers.

    gain: of the head over the better of the best offset and the best class rule; offset_gain: over the best offset.
    selectivity: of the head's rate on the relation over its rate on the relation's control. All three are
    means over items, each averaged over the splits that held it out; held_out, baseline, class_rule, control are
    medians over splits. n: items held out, median; fewest: items in the smallest half of any split.
    """

    head: int
    held_out: float
    gain: Estimate
    offset_gain: Estimate
    baseline: float
    offset: float
    class_rule: float
    word_class: str
    side: str
    control: float
    selectivity: Estimate
    shuffle: float
    wins: float
    n: int
    fewest: int


def score(
    items: RelationItems, weights: Real[np.ndarray, "replicate unit"], control: RelationItems | None = None
) -> Score:
    """Select on ten folds, report on the other ten, fifty times.

    weights: float ``[replicate, unit]``, how often each unit counts in each bootstrap replicate. control: the items of
    the relation's negative control, on which the head that each split chose is reported too. Head, offset and class
    rule are the most frequent winners (of equals the first). All rates are 0 to 1. Values of splits with an empty half
    are left out; with no split left they are NaN.
    Source: the rule that a head beats a fixed offset, Clark et al. 2019, section 4.2; class rules, control, splits and
    intervals are ours.
    """
    right, at = by_fold(items.hit, items.fold), by_fold(items.offsets, items.fold)
    count = np.bincount(items.fold, minlength=FOLDS).astype(float)
    heads, offsets = winners(right), winners(at)
    head = most_frequent(heads)
    by_head = crossfit(heads, right.shape[1], count)
    hit = of_items(items.hit, items.fold, by_head)
    fixed = of_items(items.offsets, items.fold, crossfit(offsets, at.shape[1], count))
    offset_gain = mean(hit - fixed, items.unit, weights)
    rule, class_rule, ruled = _class_rule(items, count)
    here, there = halves() @ count, ~halves() @ count
    rate, selectivity = UNKNOWN.value, UNKNOWN
    if control is not None:
        other = of_items(control.hit, control.fold, by_head)
        rate = median(held_out(by_fold(control.hit, control.fold), np.bincount(control.fold, minlength=FOLDS), heads))
        selectivity = difference((hit, items.unit), (other, control.unit), weights)
    return Score(
        head=head,
        held_out=median(held_out(right, count, heads)),
        gain=offset_gain.and_over(mean(hit - ruled, items.unit, weights)),
        offset_gain=offset_gain,
        baseline=median(held_out(at, count, offsets)),
        offset=float(OFFSETS[most_frequent(offsets)]),
        class_rule=class_rule,
        word_class=rule[0],
        side=rule[1],
        control=rate,
        selectivity=selectivity,
        shuffle=quotient(float(items.shuffled[:, head].sum()), float(items.has_shuffled.sum())),
        wins=float((heads == head).mean()),
        n=int(np.median(there)),
        fewest=int(min(here.min(), there.min())),
    )


def mean(
    values: Shaped[np.ndarray, " item"], unit: Int[np.ndarray, " item"], weights: Real[np.ndarray, "replicate unit"]
) -> Estimate:
    """The mean of ``[item]``, units resampled; NaN are left out. Range of a difference of rates: -1 to 1."""
    known = np.isfinite(values)
    if not known.any():
        return UNKNOWN
    return _estimate(float(values[known].mean()), _drawn(values[known], unit[known], weights), unit[known])


def difference(
    one: tuple[Shaped[np.ndarray, " item"], Int[np.ndarray, " item"]],
    other: tuple[Shaped[np.ndarray, " other"], Int[np.ndarray, " other"]],
    weights: Real[np.ndarray, "replicate unit"],
) -> Estimate:
    """The mean of one less that of the other, each values and units ``[item]``; a unit of both is drawn for both."""
    known = [(values[np.isfinite(values)], unit[np.isfinite(values)]) for values, unit in (one, other)]
    fewer = min(known, key=lambda part: len(part[0]))[1]
    if not len(fewer):
        return UNKNOWN
    means = [float(values.mean()) for values, _unit in known]
    drawn = [_drawn(values, unit, weights) for values, unit in known]
    return _estimate(means[0] - means[1], drawn[0] - drawn[1], fewer)


def _drawn(values: Array, unit: Array, weights: Array) -> Array:
    """The mean in each replicate, float ``[replicate]``."""
    units = weights.shape[1]
    sums = np.stack([np.bincount(unit, values, units), np.bincount(unit, minlength=units)], axis=1)
    total, count = (weights @ sums).T
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def _estimate(value: float, drawn: Array, unit: Array) -> Estimate:
    if len(unit) < FEWEST_FOR_INTERVAL:
        return Estimate(value, np.nan, np.nan)
    low, high = spread(drawn)
    if low == high:
        low, high = supported(low, high, len(np.unique(unit)), lowest=-1.0)
    return Estimate(value, float(low), float(high))


def by_unit(
    items: RelationItems,
) -> tuple[Float[np.ndarray, "unit head"], Float[np.ndarray, "unit head"] | None]:
    """Σ(hit − hit of the best offset) over the items of each unit, float ``[unit, head]``, and the same with the best
    class rule, None where there is none: what the tests of each head are made of.

    Best over all items, which is to the heads' disadvantage.
    """
    order = np.argsort(items.unit, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(items.unit[order]) != 0][: len(order)])
    hits = np.add.reduceat(items.hit[order].astype(np.float32), starts, axis=0)

    def less_the_best_of(bits: Array) -> Array:
        best = bits[order, bits.sum(axis=0).argmax()].astype(np.float32)
        return hits - np.add.reduceat(best, starts)[:, None]

    return less_the_best_of(items.offsets), less_the_best_of(items.rules) if items.rules.shape[1] else None


def quotient(total: float, count: float) -> float:
    return float(total / count) if count else float("nan")


def median(values: Shaped[np.ndarray, "*axes"]) -> float:
    """NaN where there is none."""
    return float(np.median(values)) if len(values) else float("nan")


def most_frequent(chosen: Int[np.ndarray, " split"]) -> int:
    return int(np.bincount(chosen).argmax())


def _class_rule(items: RelationItems, count: Array) -> tuple[tuple[str, str], float, Array]:
    """The class rule that most splits choose, what the rules get that they choose, and each item's held-out value."""
    rules = by_fold(items.rules, items.fold)
    if not rules.shape[1]:
        return ("", ""), float("nan"), np.full(len(items.fold), np.nan)
    chosen = winners(rules)
    values = of_items(items.rules, items.fold, crossfit(chosen, rules.shape[1], count))
    return RULES[most_frequent(chosen)], median(held_out(rules, count, chosen)), values
