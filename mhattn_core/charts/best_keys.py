"""Which keys a query fits best, as bars with their weights."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import ATTENTION_SCHEME, TEXT_COLOUR
from mhattn_core.locale import _


def best_keys(table: pd.DataFrame) -> alt.LayerChart:
    """A bar a key for its score before position, coloured by its weight, which stands behind it in figures. table: key,
    score, weight, in order.
    """
    labelled = table.assign(at=table["score"].clip(lower=0))
    base = alt.Chart(labelled).encode(
        alt.Y(
            "key:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=140, labelOverlap=False)
        ),
        tooltip=[
            alt.Tooltip("key:N", title=_("key")),
            alt.Tooltip("score:Q", title=_("score before position"), format=".4f"),
            alt.Tooltip("weight:Q", title=_("weight"), format=".4f"),
        ],
    )
    bars = base.mark_bar().encode(
        alt.X("score:Q", title=_("score before position")),
        alt.Color("weight:Q", scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, 1]), legend=None),
    )
    # Grey can be read on a light page and on a dark one.
    numbers = base.mark_text(align="left", dx=3, color=TEXT_COLOUR).encode(
        alt.X("at:Q"), text=alt.Text("weight:Q", format=".3f")
    )
    return layered(bars, numbers, height=alt.Step(22))
