"""How far one head looks: its weight by distance in words, beside even attention."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, model_colour
from mhattn_core.locale import _

HEIGHT = 190


def distance_bars(bins: pd.DataFrame, *, model: str, ends: tuple[float, float] | None = None) -> alt.LayerChart:
    """A bar a bin for the mean weight of a word on words so far away, a tick for the same of even attention.

    bins: distance (the bin's name, in order), mass and even, both 0 to 1. ends: of the axis, so that two heads can be
    compared.
    """
    tooltip = [
        alt.Tooltip("distance:N", title=_("distance in words")),
        alt.Tooltip("mass:Q", title=_("mean weight"), format=".1%"),
        alt.Tooltip("even:Q", title=_("even attention"), format=".1%"),
    ]
    base = alt.Chart(bins).encode(
        alt.X("distance:N", sort=None, title=_("distance in words"), axis=alt.Axis(labelAngle=0, ticks=False)),
        tooltip=tooltip,
    )
    scale = alt.Scale(domain=ends, nice=True) if ends else alt.Undefined
    bars = base.mark_bar(color=model_colour(model), opacity=0.7).encode(
        alt.Y("mass:Q", title=_("mean weight"), axis=alt.Axis(format=".0%", tickCount=4), scale=scale)
    )
    ticks = base.mark_tick(color=MARK_COLOUR, thickness=3, size=22).encode(alt.Y("even:Q"))
    return layered(bars, ticks, height=HEIGHT)
