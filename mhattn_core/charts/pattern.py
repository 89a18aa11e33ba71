"""One head of what a model saw, drawn: for notebooks."""

from typing import TYPE_CHECKING

import altair as alt

from mhattn_core.attention.tables import Units, pattern_table
from mhattn_core.charts.matrix import matrix
from mhattn_core.heads import head_name

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def pattern(seen: "AttentionResult", stack: str, layer: int, head: int, *, units: Units = "words") -> alt.LayerChart:
    """The pattern of one head: rows attend, columns are attended, special mass in grey behind.

    units: ``words`` (shared by all models) or ``tokens`` (as fed, special ones too).
    Raises KeyError for a stack that the model does not have, IndexError for a layer or head.
    """
    chart = matrix(pattern_table(seen, stack, layer, head, units=units))
    return chart.properties(title=head_name(layer, head, model=seen.model.name))
