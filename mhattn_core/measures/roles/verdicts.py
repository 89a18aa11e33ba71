"""What may be said of the best head of a relation: one verdict of a closed list, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import pandas as pd

from mhattn_core.locale import _

FEWEST_ITEMS = 200
SMALLEST_GAIN = 0.10
FALSE_DISCOVERIES = 0.05

Verdict = Literal["specialist", "pattern specialist", "no evidence", "insufficient data", "not measurable"]
Reason = Literal[
    "ablation hurts",
    "ablation does not hurt",
    "not ablated",
    "small gain",
    "interval",
    "many tests",
    "random as good",
    "few items",
    "no twins",
]


@dataclass(frozen=True)
class VerdictInput:
    """What a verdict is read from; names as in ``relations.parquet``. fewest: items in the smallest half of any split."""

    fewest: int
    held_out: float
    gain: float
    low: float
    q: float
    random95: float


def verdict(evidence: VerdictInput, *, ablation_hurts: bool | None = None) -> tuple[Verdict, Reason]:
    """The verdict and the first thing that decides it.

    ablation_hurts: whether switching the head off harms the relation's own minimal pairs more than the 95th percentile
    of all heads of the model; None where this is not known or the model has no language head. Of the whole list,
    ``shared role`` and ``no counterpart`` belong to matched heads, and ``not measurable`` to relations that give no
    items at all.
    """
    if evidence.fewest < FEWEST_ITEMS:
        return "insufficient data", "few items"
    if evidence.gain < SMALLEST_GAIN:
        return "no evidence", "small gain"
    if evidence.low <= 0:
        return "no evidence", "interval"
    if evidence.q > FALSE_DISCOVERIES:
        return "no evidence", "many tests"
    if np.isnan(evidence.random95):
        return "insufficient data", "no twins"
    if evidence.held_out <= evidence.random95:
        return "no evidence", "random as good"
    if ablation_hurts:
        return "specialist", "ablation hurts"
    return "pattern specialist", "not ablated" if ablation_hurts is None else "ablation does not hurt"


def with_ablation(relations: pd.DataFrame, minimal_pairs: pd.DataFrame) -> pd.DataFrame:
    """``relations.parquet`` with what switching heads off has shown: the pattern specialists among it become
    specialists, or are said to do no harm.

    minimal_pairs: rows with model, relation, stack, layer, head and hurts; of a relation without any nothing changes.
    """
    keys = ["model", "relation", "stack", "layer", "head"]
    hurts = minimal_pairs.set_index(keys)["hurts"]
    changed = relations.copy()
    for place, row in relations[relations["verdict"] == "pattern specialist"].iterrows():
        known = hurts.get(tuple(row[keys]))
        if known is not None:
            told = VerdictInput(**{field.name: row[field.name] for field in fields(VerdictInput)})
            changed.loc[place, ["verdict", "reason"]] = verdict(told, ablation_hurts=bool(known))
    return changed


def reason_words(row: Mapping[str, Any]) -> str:
    """A row of ``relations.parquet`` in a sentence: why it has its verdict. Of what is not measurable the table holds
    the sentence itself.
    """
    sentences = {
        "few items": _(
            "{missing} items are missing: each half of each split needs 200, the smallest here has {fewest}."
        ),
        "small gain": _(
            "The best head is {gain:+.0f} points above the best fixed offset on sentences that did not choose it; 10 points are asked for."
        ),
        "interval": _("The interval of the gain, {low:+.0f} to {high:+.0f} points, reaches 0."),
        "many tests": _("Among all heads and relations tested, chance alone would give as much (q = {q:.3f})."),
        "no twins": _("It has not been compared with the same architecture with random weights."),
        "random as good": _(
            "The best head of a model with random weights does as well: {held_out:.0%} here, {random95:.0%} there."
        ),
        "not ablated": _(
            "{gain:+.0f} points above the best fixed offset on sentences that did not choose it. What breaks without the head has not been measured."
        ),
        "ablation does not hurt": _(
            "{gain:+.0f} points above the best fixed offset, but without the head the model does as well."
        ),
        "ablation hurts": _(
            "{gain:+.0f} points above the best fixed offset, and without the head the model makes mistakes there."
        ),
    }
    reason = str(row["reason"])
    if reason not in sentences:
        return reason
    points = {name: 100 * row[name] for name in ("gain", "low", "high")}
    return sentences[reason].format(**{**row, **points, "missing": FEWEST_ITEMS - row["fewest"]})
