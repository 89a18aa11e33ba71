"""One head among all heads of its model: a tick a head, a dot with its interval for the chosen one."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _


def among_heads(
    heads: pd.DataFrame, *, title: str, chosen: str, ends: tuple[float, float] | None = None
) -> alt.LayerChart:
    """heads: model, name, line (what the value is of), value, low, high. title: the axis, with its unit. chosen: the
    head by its name. ends: of the axis, so that two heads can be compared.
    """
    y = alt.Y("line:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=130))
    tooltip = [
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("value:Q", title=title, format="+.4f"),
        alt.Tooltip("low:Q", title=_("low"), format="+.4f"),
        alt.Tooltip("high:Q", title=_("high"), format="+.4f"),
    ]
    x = alt.X("value:Q", title=title, scale=alt.Scale(domain=ends, nice=True) if ends else alt.Undefined)
    colour = model_colour(str(heads["model"].iloc[0]))
    every = alt.Chart(heads).mark_tick(color=SPECIAL_COLOUR, opacity=0.35, size=16, thickness=1)
    one = alt.Chart(heads[heads["name"] == chosen])
    return layered(
        every.encode(x, y, tooltip=tooltip),
        one.mark_rule(color=colour, strokeWidth=2.5).encode(alt.X("low:Q"), alt.X2("high"), y, tooltip=tooltip),
        one.mark_point(color=colour, filled=True, size=90, opacity=1).encode(x, y, tooltip=tooltip),
        height=alt.Step(34),
    )
