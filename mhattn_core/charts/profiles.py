"""Why two heads are near: their measures side by side."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.distributions import SHAPES
from mhattn_core.charts.theme import SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _


def profiles(table: pd.DataFrame) -> alt.LayerChart:
    """One line a measure, one mark a head, in standard deviations from its model's mean.

    table: model, name (of the head), measure, value; missing values are left out, and measures that fewer than two
    heads have.
    """
    known = table.dropna(subset="value")
    known = known[known.groupby("measure")["name"].transform("nunique") > 1]
    names = list(dict.fromkeys(table["name"]))
    model_of = dict(zip(table["name"], table["model"], strict=True))
    legend = alt.Legend(title=None, orient="top", columns=1, labelLimit=260)
    # A relation's direction goes below its name: cut short, two directions of one relation would read the same.
    lines = "split(datum.label, ' · ')"
    axis = alt.Axis(
        labelExpr=lines, labelLineHeight=11, labelLimit=150, labelOverlap=True, ticks=False, domain=False, grid=True
    )
    y = alt.Y("measure:N", sort=None, title=None, axis=axis)
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=SPECIAL_COLOUR).encode(alt.X("value:Q"))
    marks = (
        alt.Chart(known)
        .mark_point(filled=True, size=80, opacity=0.9)
        .encode(
            alt.X("value:Q", title=_("SD from the model's mean")),
            y,
            alt.Color(
                "name:N",
                scale=alt.Scale(domain=names, range=[model_colour(model_of[name]) for name in names]),
                legend=legend,
            ),
            alt.Shape(
                "name:N",
                scale=alt.Scale(domain=names, range=[SHAPES[place % len(SHAPES)] for place in range(len(names))]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("name:N", title=_("head")),
                alt.Tooltip("measure:N", title=_("measure")),
                alt.Tooltip("value:Q", title="SD", format="+.2f"),
            ],
        )
    )
    return layered(zero, marks, height=alt.Step(30))
