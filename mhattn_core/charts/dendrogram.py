"""Heads joined into ever larger groups, the nearest first."""

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, label_expression
from mhattn_core.locale import _

NAMED = 80
"""Above so many heads only every second, third … is named, and leaves stand closer."""
LEAF, THIN_LEAF = 12, 4


def dendrogram(branches: pd.DataFrame, names: Sequence[str], *, title: str, cut: float | None = None) -> alt.LayerChart:
    """The tree, leaves down the side, joins to the right at their distance.

    branches: join, point, place, height, as ``Tree.branches`` gives them. names: of the heads, in the tree's order.
    title: what the distance is, with its unit. cut: where the dashed line stands that parts the groups.
    """
    step = math.ceil(len(names) / NAMED)
    axis = alt.Axis(
        values=list(range(0, len(names), step)),
        labelExpr=label_expression(names),
        labelOverlap=False,
        grid=False,
        ticks=False,
        domain=False,
    )
    y = alt.Y(
        "place:Q", scale=alt.Scale(domain=[-0.5, len(names) - 0.5], nice=False, reverse=True), axis=axis, title=None
    )
    x = alt.X("height:Q", title=title, scale=alt.Scale(domainMin=0))
    lines = (
        alt.Chart(branches)
        .mark_line(strokeWidth=1.5, color=SPECIAL_COLOUR, interpolate="linear")
        .encode(
            x,
            y,
            alt.Order("point:O"),
            alt.Detail("join:N"),
            tooltip=[alt.Tooltip("height:Q", title=_("joined at"), format=".3f")],
        )
    )
    layers = [lines]
    if cut is not None:
        rule = alt.Chart(pd.DataFrame({"height": [cut]})).mark_rule(color=MARK_COLOUR, strokeDash=[6, 4], strokeWidth=2)
        layers.append(rule.encode(alt.X("height:Q")))
    return layered(*layers, height=(LEAF if step == 1 else THIN_LEAF) * len(names) + 60)
