"""What several interventions do to the same heads."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _

SHAPES = ("circle", "square", "diamond")


def interventions(heads: pd.DataFrame, *, names: Sequence[str], title: str) -> alt.LayerChart:
    """A row a head and a mark for each intervention, with its interval where it is known.

    heads: model, name, intervention, recovery, low, high, n; the first rows stand at the top. names: the interventions,
    at most three, in the order of the legend. title: of the axis, with its unit.
    """
    colours = [model_colour(str(heads["model"].iloc[0])), MARK_COLOUR, SPECIAL_COLOUR][: len(names)]
    legend = alt.Legend(orient="top", title=None, columns=2)
    y = alt.Y(
        "name:N",
        sort=list(dict.fromkeys(heads["name"])),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=260),
    )
    offset = alt.YOffset("intervention:N", sort=list(names))
    colour = alt.Color("intervention:N", scale=alt.Scale(domain=list(names), range=colours), legend=legend)
    base = alt.Chart(heads).encode(
        y,
        offset,
        colour,
        tooltip=[
            alt.Tooltip("name:N", title=_("head")),
            alt.Tooltip("intervention:N", title=_("intervention")),
            alt.Tooltip("recovery:Q", title=title, format="+.3f"),
            alt.Tooltip("n:Q", title="n"),
        ],
    )
    marks = base.mark_point(filled=True, size=70, opacity=1).encode(
        alt.X("recovery:Q", title=title),
        alt.Shape(
            "intervention:N", scale=alt.Scale(domain=list(names), range=list(SHAPES[: len(names)])), legend=legend
        ),
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=SPECIAL_COLOUR).encode(alt.X("zero:Q"))
    layers = [zero, marks]
    if heads["low"].notna().any():
        layers.insert(1, base.mark_rule(strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high")))
    return layered(*layers, height=alt.Step(28, **{"for": "position"}))
