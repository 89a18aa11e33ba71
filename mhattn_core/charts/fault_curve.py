"""What is left of a model as its heads go, one after the other."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _

HEIGHT = 380


def fault_curve(curves: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """The most important heads first as a line with marks, the random orders as a grey band from least to greatest with
    their median.

    curves: rows of ``curves.parquet`` of one model and quantity: order (``importance``, ``random``), draw, removed,
    share_removed, value.
    title: what is measured, with its unit.
    """
    ordered = curves[curves["order"] == "importance"].sort_values("removed")
    drawn = curves[curves["order"] == "random"]
    spread = drawn.groupby(["removed", "share_removed"])["value"].agg(["min", "median", "max"]).reset_index()
    x = alt.X(
        "share_removed:Q",
        axis=alt.Axis(format=".0%", tickCount=10),
        title=_("share of heads switched off"),
        scale=alt.Scale(domain=[0, 1]),
    )
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False))
    count = alt.Tooltip("removed:Q", title=_("heads off"))
    names = [_("most important first"), _("20 random orders: median and range")]
    colour = alt.Color(
        "which:N",
        title=None,
        scale=alt.Scale(domain=names, range=[MARK_COLOUR, SPECIAL_COLOUR]),
        legend=alt.Legend(orient="top", columns=1, labelLimit=420, symbolType="stroke"),
    )
    band = (
        alt.Chart(spread)
        .mark_area(color=SPECIAL_COLOUR, opacity=0.3)
        .encode(x, alt.Y("min:Q", title=title), alt.Y2("max"))
    )
    median = (
        alt.Chart(spread.assign(value=spread["median"], which=names[1]))
        .mark_line(strokeDash=[5, 3])
        .encode(
            x,
            y,
            colour,
            tooltip=[
                count,
                alt.Tooltip("median:Q", title=_("median"), format=".3f"),
                alt.Tooltip("min:Q", title=_("least"), format=".3f"),
                alt.Tooltip("max:Q", title=_("greatest"), format=".3f"),
            ],
        )
    )
    line = (
        alt.Chart(ordered.assign(which=names[0]))
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=50))
        .encode(x, y, colour, tooltip=[count, alt.Tooltip("value:Q", title=title, format=".3f")])
    )
    whole = ordered[ordered["removed"] == 0].assign(name=_("all heads on"))
    start = (
        alt.Chart(whole)
        .mark_point(filled=True, size=110, color=model_colour(str(curves["model"].iloc[0])), opacity=1)
        .encode(x, y)
    )
    return layered(band, median, line, start, height=HEIGHT)
