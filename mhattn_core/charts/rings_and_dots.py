"""Two values a row: a ring and a dot, and how far the difference between them is open."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colour


def rings_and_dots(
    rows: pd.DataFrame, *, ring: str, dot: str, names: Sequence[str], title: str, tooltip: Sequence[alt.Tooltip]
) -> alt.LayerChart:
    """A row for each ``name``, in order. The bar runs from ``bar_low`` to ``bar_high``, NaN where nothing is known: the
    interval of the difference, seen from the ring.

    rows: model, name, bar_low, bar_high, and the columns that ``ring`` and ``dot`` name. names: of both, for the
    legend. title: of the axis.
    """
    colour = alt.Color(
        "which:N",
        title=None,
        scale=alt.Scale(domain=list(names), range=[MARK_COLOUR, model_colour(str(rows["model"].iloc[0]))]),
        legend=alt.Legend(orient="top", columns=1, symbolType="circle", labelLimit=300),
    )
    y = alt.Y(
        "name:N",
        sort=list(rows["name"]),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=190, labelPadding=10),
    )
    # In a column of a paper names leave little room.
    x = alt.X(f"{ring}:Q", title=title, axis=alt.Axis(tickCount=4, labelOverlap=True))
    base = alt.Chart(rows).encode(y, tooltip=list(tooltip))
    layers = [base.mark_rule(color=SPECIAL_COLOUR, opacity=0.5).encode(x, alt.X2(dot))]
    if rows["bar_low"].notna().any():
        layers.append(
            base.mark_rule(color=SPECIAL_COLOUR, strokeWidth=3).encode(alt.X("bar_low:Q"), alt.X2("bar_high"))
        )
    dots = alt.Chart(rows.assign(which=names[1])).mark_point(filled=True, size=90, opacity=1)
    rings = alt.Chart(rows.assign(which=names[0])).mark_point(size=110, strokeWidth=2.5, opacity=1)
    layers += [
        points.encode(alt.X(f"{column}:Q"), y, colour, tooltip=list(tooltip))
        for points, column in ((dots, dot), (rings, ring))
    ]
    return layered(*layers, height=alt.Step(24))
