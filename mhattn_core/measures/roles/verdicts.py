"""What may be said of the best head of a relation: one verdict of a closed list, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from mhattn_core.digits import with_minus
from mhattn_core.locale import _
from mhattn_core.text.relations.names import word_class_label

FEWEST_ITEMS = 200
SMALLEST_GAIN = 0.10
FALSE_DISCOVERIES = 0.05
LEAST_WORD_MASS = 0.15
"""A head that leaves words less of its attention than this has no role among them: what it looks at most is a choice
among leftovers. Of the 123 best heads of relations in all-MiniLM and SmolLM2 on EWT that are above the best offset, 6
give words .02 to .13 (first word, feeling, rarest word), the others .20 to .99, and none lies between.
"""

Verdict = Literal[
    "specialist",
    "pattern specialist",
    "nearest-class head",
    "small gain",
    "no evidence",
    "insufficient data",
    "not measurable",
]
UNDECIDED: tuple[Verdict, ...] = ("insufficient data", "not measurable")
UP_TO_CAUSES: tuple[Verdict, ...] = ("pattern specialist", "specialist")
"""What only a causal effect tells apart."""
Reason = Literal[
    "edges needed",
    "edges not needed",
    "ablation hurts",
    "ablation does not hurt",
    "not ablated",
    "earlier version",
    "nearest class",
    "small gain",
    "small gain over the offset",
    "interval",
    "many tests",
    "random as good",
    "little word mass",
    "not selective",
    "few items",
    "no random controls",
    "no control",
    "no class rule",
]
NAN = float("nan")


@dataclass(frozen=True)
class VerdictInput:
    """What a verdict is read from; names as in ``relations.parquet``. fewest: items in the smallest half of any split.
    NaN is what has not been measured.
    """

    fewest: int
    held_out: float
    low: float = NAN
    q: float = NAN
    offset_low: float = NAN
    offset_q: float = NAN
    class_rule: float = NAN
    selectivity_low: float = NAN
    word_mass: float = NAN
    random95: float = NAN
    shuffled95: float = NAN


@dataclass(frozen=True)
class Causes:
    """What interventions say of a head and a relation; None where it is not known.

    edges_needed: whether the model does worse without the relation's own edges in this head than without as much weight
    on other words (see ``causes.edges_needed``). ablation_hurts: whether switching the whole head off harms the relation's own
    minimal pairs more than the 95th percentile of all heads of the model.
    """

    edges_needed: bool | None = None
    ablation_hurts: bool | None = None


UNKNOWN = Causes()


def verdict(known: VerdictInput, causes: Causes = UNKNOWN) -> tuple[Verdict, Reason]:
    """The verdict and the first thing that decides it.

    *Pattern specialist*: the lower bound of its gain over the better of the best offset and the best class rule is
    ``SMALLEST_GAIN`` or more. What is above the offset only, by as much, is a *nearest-class head*; a gain that is
    there and smaller is a *small gain*. All of them are above the best heads of both random controls, more often right
    than on the relation's negative control, give words ``LEAST_WORD_MASS`` or more, and pass Benjamini and Hochberg.

    causes: what makes a pattern specialist a *specialist*. The relation's own edges decide; only where they were not
    taken out, the whole head, which does more than this relation.

    Of the whole list, ``shared role`` and ``no counterpart`` belong to matched heads, and ``not measurable`` to relations
    that give no items at all.
    """
    if known.fewest < FEWEST_ITEMS:
        return "insufficient data", "few items"
    if not known.offset_low > 0:
        return "no evidence", "interval"
    if known.offset_q > FALSE_DISCOVERIES:
        return "no evidence", "many tests"
    if np.isnan([known.random95, known.shuffled95]).any():
        return "insufficient data", "no random controls"
    if known.held_out <= max(known.random95, known.shuffled95):
        return "no evidence", "random as good"
    if known.word_mass < LEAST_WORD_MASS:
        return "no evidence", "little word mass"
    if np.isnan(known.selectivity_low):
        return "insufficient data", "no control"
    if known.selectivity_low <= 0:
        return "no evidence", "not selective"
    if np.isnan(known.class_rule):
        return "insufficient data", "no class rule"
    if known.low > 0 and known.q <= FALSE_DISCOVERIES:
        return _above_all(known.low, causes)
    if known.offset_low >= SMALLEST_GAIN:
        return "nearest-class head", "nearest class"
    return "small gain", "small gain over the offset"


def _above_all(low: float, causes: Causes) -> tuple[Verdict, Reason]:
    if low < SMALLEST_GAIN:
        return "small gain", "small gain"
    if causes.edges_needed is not None:
        return ("specialist", "edges needed") if causes.edges_needed else ("pattern specialist", "edges not needed")
    if causes.ablation_hurts:
        return "specialist", "ablation hurts"
    return "pattern specialist", "not ablated" if causes.ablation_hurts is None else "ablation does not hurt"


def as_this_version_says(relations: pd.DataFrame) -> pd.DataFrame:
    """Verdict and reason of an earlier version, which knew the best offset and random weights, in the words of this
    one. A pattern specialist of then keeps its name, and the reason says what it was not compared with.
    """
    old = relations["reason"]
    small = (relations["verdict"] == "no evidence") & (old == "small gain")
    there = (relations["offset_low"] > 0) & (relations["offset_q"] <= FALSE_DISCOVERIES)
    names = {"not ablated": "earlier version", "ablation does not hurt": "earlier version"}
    reason = old.replace(names | {"no twins": "no random controls"})
    reason = reason.mask(small & there, "small gain over the offset").mask(small & ~there, "interval")
    return relations.assign(verdict=relations["verdict"].mask(small & there, "small gain"), reason=reason)


def reason_words(row: Mapping[str, Any]) -> str:
    """A row of ``relations.parquet`` in a sentence: why it has its verdict. Of what is not measurable the table holds
    the sentence itself.
    """
    sentences = {
        "few items": _(
            "{missing} items are missing: each half of each split needs 200, the smallest here has {fewest}."
        ),
        "interval": _(
            "Its gain over the best fixed offset, {offset_low:+.0f} to {offset_high:+.0f} points, reaches 0."
        ),
        "many tests": _("Among all heads and relations tested, chance alone would give as much (q = {offset_q:.3f})."),
        "no random controls": _(
            "It has not been compared both with random weights and with the trained weights shuffled."
        ),
        "random as good": _(
            "A network that knows nothing has a head that does as well: {held_out:.0%} here, {random95:.0%} with "
            "random weights, {shuffled95:.0%} with shuffled ones."
        ),
        "little word mass": _(
            "It gives words {word_mass:.0%} of its attention there, 15 % are asked for: what it looks at most is a "
            "choice among leftovers."
        ),
        "no control": _("Too few pairs of words could be found that are alike but not so related, to compare with."),
        "not selective": _(
            "It picks as many pairs of words that are alike but not so related: {held_out:.0%} against {control:.0%}."
        ),
        "no class rule": _("It has not been compared with the nearest word of a class; word classes are not known."),
        "nearest class": _(
            "{offset_gain:+.0f} points above the best fixed offset, but “{rule}” alone is right for {class_rule:.0%}: "
            "the head may do no more than that."
        ),
        "small gain": _(
            "{gain:+.0f} points ({low:+.0f} to {high:+.0f}) above what position and word class give; a lower end of "
            "10 is asked for."
        ),
        "small gain over the offset": _(
            "{offset_gain:+.0f} points ({offset_low:+.0f} to {offset_high:+.0f}) above the best fixed offset, and not "
            "above “{rule}”."
        ),
        "not ablated": _(
            "{gain:+.0f} points ({low:+.0f} to {high:+.0f}) above what position and word class give. What breaks "
            "without the head has not been measured."
        ),
        "ablation does not hurt": _(
            "{gain:+.0f} points ({low:+.0f} to {high:+.0f}) above what position and word class give; without the "
            "head, no loss was seen on the relation's minimal pairs."
        ),
        "ablation hurts": _(
            "{gain:+.0f} points ({low:+.0f} to {high:+.0f}) above what position and word class give, and without the "
            "head the model makes mistakes there; whether its edges of this relation do it has not been measured."
        ),
        "edges not needed": _(
            "{gain:+.0f} points ({low:+.0f} to {high:+.0f}) above what position and word class give; at equal weight, "
            "its edges of this relation were not seen to be worth more than its others."
        ),
        "edges needed": _(
            "{gain:+.0f} points ({low:+.0f} to {high:+.0f}) above what position and word class give, and at equal "
            "weight the model loses more without its edges of this relation than without its others."
        ),
        "earlier version": _(
            "{offset_gain:+.0f} points above the best fixed offset. Word classes and a negative control were not "
            "measured by the version that made this run."
        ),
    }
    reason = str(row["reason"])
    if reason not in sentences:
        return reason
    points = {name: 100 * row[name] for name in ("gain", "low", "high", "offset_gain", "offset_low", "offset_high")}
    known = {**row, **points, "missing": FEWEST_ITEMS - row["fewest"], "rule": rule_words(row)}
    return with_minus(sentences[reason].format(**known))


def rule_words(row: "Mapping[str, Any] | pd.Series[Any]") -> str:
    """The class rule of a row: “the nearest verb before it”."""
    if not isinstance(row.get("word_class"), str) or not row["word_class"]:
        return _("the nearest word of a class")
    before = row["side"] == "before"
    message = _("the nearest {word_class} before it") if before else _("the nearest {word_class} after it")
    return message.format(word_class=word_class_label(row["word_class"]))
