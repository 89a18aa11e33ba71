"""Heads over the steps of a training, which stand on a logarithmic axis."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR
from mhattn_core.locale import _

HEIGHT = 340
BAND_COLOUR = "#0072B2"
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#999999")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke")


def training_bands(bands: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """The spread of one measure over heads at each step.

    bands: step, lowest, lower, median, upper, highest (quantiles of 10, 25, 50, 75, 90 %), heads. title: what is
    measured, with its unit.
    """
    x, y = _steps(bands), alt.Y("median:Q", title=title, scale=alt.Scale(zero=False))
    base = alt.Chart(bands)
    tooltip = [
        alt.Tooltip("step:Q", title=_("step")),
        alt.Tooltip("median:Q", title=_("median"), format=".3f"),
        alt.Tooltip("lower:Q", title=_("lower quartile"), format=".3f"),
        alt.Tooltip("upper:Q", title=_("upper quartile"), format=".3f"),
        alt.Tooltip("heads:Q", title=_("heads")),
    ]
    areas = [
        base.mark_area(color=BAND_COLOUR, opacity=opacity).encode(x, alt.Y(f"{low}:Q", title=title), alt.Y2(high))
        for low, high, opacity in (("lowest", "highest", 0.15), ("lower", "upper", 0.3))
    ]
    line = base.mark_line(
        color=BAND_COLOUR, strokeWidth=2.5, point=alt.OverlayMarkDef(filled=True, size=50, color=BAND_COLOUR)
    )
    return layered(*areas, line.encode(x, y, tooltip=tooltip), height=HEIGHT)


def training_lives(rows: pd.DataFrame, *, chosen: str, title: str) -> alt.LayerChart:
    """One head's line among those of all others.

    rows: step, name, value, low, high of every head at every step. chosen: the name of the head that stands out.
    """
    x, y = _steps(rows), alt.Y("value:Q", title=title, scale=alt.Scale(zero=False))
    others = alt.Chart(rows[rows["name"] != chosen][["step", "name", "value"]])
    own = alt.Chart(rows.loc[rows["name"] == chosen, ["step", "name", "value", "low", "high"]])
    tooltip = [
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("step:Q", title=_("step")),
        alt.Tooltip("value:Q", title=title, format=".3f"),
    ]
    layers: list[alt.Chart] = [
        others.mark_line(color=SPECIAL_COLOUR, opacity=0.25, strokeWidth=1).encode(
            x, y, detail=alt.Detail("name:N"), tooltip=tooltip
        ),
        own.mark_line(
            color=MARK_COLOUR, strokeWidth=2.5, point=alt.OverlayMarkDef(filled=True, size=60, color=MARK_COLOUR)
        ).encode(x, y, tooltip=tooltip),
    ]
    if rows.loc[rows["name"] == chosen, "low"].notna().any():
        layers.insert(
            1, own.mark_area(color=MARK_COLOUR, opacity=0.2).encode(x, alt.Y("low:Q", title=title), alt.Y2("high"))
        )
    return layered(*layers, height=HEIGHT)


def training_shares(table: pd.DataFrame) -> alt.LayerChart:
    """A line a question: what, step, value (a share of heads)."""
    y = alt.Y("value:Q", title=_("share of heads"), axis=alt.Axis(format=".0%"), scale=alt.Scale(domain=[0, 1]))
    return _lines(table, y, alt.Tooltip("value:Q", title=_("share"), format=".0%"))


def training_counts(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A line a kind: what, step, relations (how many). title: what is counted."""
    y = alt.Y("relations:Q", title=title, axis=alt.Axis(tickMinStep=1), scale=alt.Scale(domainMin=0))
    return _lines(table, y, alt.Tooltip("relations:Q", title=title))


def _lines(table: pd.DataFrame, y: alt.Y, value: alt.Tooltip) -> alt.LayerChart:
    """what, step, and a number: a line and a shape of its own for each ``what``, in the order of the table."""
    names = list(dict.fromkeys(table["what"]))
    legend = alt.Legend(title=None, orient="top", labelLimit=260)
    line = alt.Chart(table).encode(
        _steps(table),
        y,
        alt.Color("what:N", scale=alt.Scale(domain=names, range=list(LINES[: len(names)])), legend=legend),
        tooltip=[alt.Tooltip("what:N", title=_("line")), alt.Tooltip("step:Q", title=_("step")), value],
    )
    shape = alt.Shape("what:N", scale=alt.Scale(domain=names, range=list(SHAPES[: len(names)])), legend=legend)
    return layered(
        line.mark_line(strokeWidth=2), line.mark_point(filled=True, size=70, opacity=1).encode(shape), height=HEIGHT
    )


def _steps(table: pd.DataFrame) -> alt.X:
    """Logarithmic; with a step 0, linear up to the first step after it."""
    steps = sorted(set(table["step"].astype(int)))
    first = next((step for step in steps if step > 0), 1)
    scale = (
        alt.Scale(type="symlog", constant=first, nice=False)
        if steps and steps[0] == 0
        else alt.Scale(type="log", nice=False)
    )
    return alt.X(
        "step:Q", title=_("training step (logarithmic)"), scale=scale, axis=alt.Axis(values=steps, labelOverlap=True)
    )
