"""What a run will cost, in words and as a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.runs.about import duration
from mhattn_core.locale import _
from mhattn_core.models.memory import readable
from mhattn_core.text.prose import prose

if TYPE_CHECKING:
    from mhattn_core.runs.cost import Cost

UNKNOWN_FROM = 0.1


def cost_sentences(costs: "Sequence[Cost]", pairs: int) -> tuple[str, str]:
    """Time, memory and disk of all models, and what that is estimated from; in Markdown."""
    tokens = sum(cost.tokens for cost in costs)
    says = prose("cost_of_run")
    if not tokens:  # all of them longer than a model reads at once
        says = _("It will cost **about {time}**, {memory} of memory and {disk} on disk, for {pairs}.")
    said = says.format(
        time=duration(sum(cost.seconds for cost in costs)),
        memory=readable(max(cost.memory for cost in costs)),
        disk=readable(sum(cost.disk for cost in costs)),
        pairs=count_of_pairs(pairs),
        tokens=f"{tokens:,}",
    )
    return said, prose("told_from_tried").format(tried=costs[0].tried, dearest=_dearest(costs))


def cost_table(costs: "Sequence[Cost]") -> pd.DataFrame:
    """A row a model."""
    return pd.DataFrame(
        {
            _("model"): [cost.model for cost in costs],
            _("time"): [duration(cost.seconds) for cost in costs],
            _("tokens"): [cost.tokens for cost in costs],
            _("tokens that it does not know"): [f"{cost.unknown:.0%}" for cost in costs],
        }
    )


def cost_warnings(costs: "Sequence[Cost]") -> list[str]:
    """Models that do not know much of the text, and pairs that a model cannot measure; in Markdown."""
    said = []
    for cost in costs:
        if cost.unknown >= UNKNOWN_FROM:
            said.append(prose("unknown_in_run").format(model=escape(cost.model), share=cost.unknown))
        if cost.reasons:
            then = prose("segments_read_all") if cost.windowed else _("They will be left out and listed.")
            message = _("Of {tried} pairs tried, {model} cannot measure {bad}, such as: {reason}").format(
                tried=cost.tried, model=escape(cost.model), bad=len(cost.reasons), reason=escape(cost.reasons[0])
            )
            said.append(f"{message} {then}")
    return said


def _dearest(costs: "Sequence[Cost]") -> str:
    parts = [(seconds, cost.model, part) for cost in costs for part, seconds in cost.parts.items()]
    seconds, model, part = max(parts)
    says = {
        "forward": _("the forward pass of {model} ({share:.0%})"),
        "tokens": _("the tokens of {model} ({share:.0%})"),
        "writing": _("what {model} writes ({share:.0%})"),
    }
    of_measure = _("the measure {part} of {model} ({share:.0%})")
    share = seconds / max(sum(seconds for seconds, _model, _part in parts), 1e-9)
    return says.get(part, of_measure).format(model=escape(model), part=part, share=share)
