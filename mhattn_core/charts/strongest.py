"""The heads at one end of a measure as bars: what a layer × head grid becomes on a narrow screen."""

from typing import Literal

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import DIFFERENCE_SCHEME, SPECIAL_COLOUR, TEXT_COLOUR, model_colour
from mhattn_core.digits import digits
from mhattn_core.heads import head_names
from mhattn_core.locale import _

LISTED = 10
ORDERS = {"highest": lambda values: -values, "lowest": lambda values: values, "farthest": lambda values: -values.abs()}


def strongest(
    heads: pd.DataFrame,
    *,
    title: str,
    end: Literal["highest", "lowest", "farthest"] = "highest",
    most: float | None = None,
) -> alt.LayerChart:
    """Bars for the ten heads of one model with the highest or lowest values, or farthest from 0 (of ``difference``);
    with intervals where there are.

    heads: rows of one measure, stack and model (or pair of models). title: what the bars mean, with the unit.
    most: where the axis ends, so that models can be compared; by default at the largest bar.
    """
    rows = (
        heads.assign(name=head_names(heads))
        .dropna(subset="value")
        .sort_values("value", key=ORDERS[end], kind="stable")
        .head(LISTED)[["name", "value", "low", "high"]]
    )
    # A number stands to the right of its bar, and right of the line for bars that run left.
    rows = rows.assign(zero_or_more=rows["value"].clip(lower=0), written=rows["value"].map(digits))
    largest = max(float(rows["value"].abs().max()), 1e-9)
    colour = (
        alt.Color("value:Q", scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-largest, largest]), legend=None)
        if end == "farthest"
        else alt.ColorValue(model_colour(str(heads["model"].iloc[0])))
    )
    base = alt.Chart(rows).encode(
        alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[alt.Tooltip("name:N", title=_("head")), alt.Tooltip("value:Q", title=title, format=".3f")],
    )
    bars = base.mark_bar().encode(
        alt.X("value:Q", title=title, scale=alt.Scale(domainMax=most) if most else alt.Undefined), color=colour
    )
    if rows["low"].notna().any():
        beside = base.mark_rule(color=SPECIAL_COLOUR, strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high"))
    else:
        beside = base.mark_text(align="left", dx=4, color=TEXT_COLOUR).encode(
            alt.X("zero_or_more:Q"), text=alt.Text("written:N")
        )
    return layered(bars, beside, height=alt.Step(22))
