"""Shares of a whole, the largest first: which dimensions carry a head's scores."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR
from mhattn_core.charts.waterfall import ADDS, TAKES
from mhattn_core.locale import _


def shares(table: pd.DataFrame, *, even: float) -> alt.LayerChart:
    """A bar a dimension. table: dimension and share, in the order to draw. even: the share that each would have if all
    had the same.
    """
    bars = (
        alt.Chart(table.assign(adds=table["share"] >= 0))
        .mark_bar()
        .encode(
            alt.X(
                "dimension:O",
                sort=None,
                title=_("dimension, the largest share first"),
                axis=alt.Axis(ticks=False, labelOverlap=True),
            ),
            alt.Y("share:Q", title=_("share of the scores' variance"), axis=alt.Axis(format="%")),
            color=alt.ColorValue(TAKES, condition={"test": "datum.adds", "value": ADDS}),
            tooltip=[
                alt.Tooltip("dimension:O", title=_("dimension")),
                alt.Tooltip("share:Q", title=_("share of the scores' variance"), format=".1%"),
            ],
        )
    )
    rule = alt.Chart(pd.DataFrame({"y": [even]})).mark_rule(color=MARK_COLOUR, strokeDash=[5, 3]).encode(alt.Y("y:Q"))
    return layered(bars, rule, height=240)
