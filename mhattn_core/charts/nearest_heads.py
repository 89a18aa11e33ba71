"""The nearest heads, or pairs of heads, as bars: what a matrix or a map becomes on a narrow screen."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, model_colour
from mhattn_core.locale import _


def nearest_heads(
    heads: pd.DataFrame, *, title: str, model: str, reference: str, ends: tuple[float, float] | None = None
) -> alt.LayerChart:
    """A bar a head for its distance, and a tick for what it is held against.

    heads: name, distance, noise, nearest first. title: what the distance is, with its unit. model: whose colour the
    bars have. reference: what the ticks are. ends: of the axis, so that two heads can be compared.
    """
    base = alt.Chart(heads).encode(
        alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[
            alt.Tooltip("name:N", title=_("head")),
            alt.Tooltip("distance:Q", title=title, format=".3f"),
            alt.Tooltip("noise:Q", title=reference, format=".3f"),
        ],
    )
    # Paler, so that a tick inside a bar can be seen on either background.
    bars = base.mark_bar(color=model_colour(model), opacity=0.5).encode(
        alt.X("distance:Q", title=title, scale=alt.Scale(domain=ends, nice=True) if ends else alt.Undefined)
    )
    ticks = base.mark_tick(color=MARK_COLOUR, thickness=3, size=16).encode(alt.X("noise:Q"))
    return layered(bars, ticks, height=alt.Step(22))
