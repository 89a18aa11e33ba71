"""What each head gives more, or less, to the regions of a text in one of two models."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.regions import STEP, TICK
from mhattn_core.charts.theme import DIFFERENCE_SCHEME, SPECIAL_COLOUR
from mhattn_core.heads import head_names
from mhattn_core.locale import _

ROOM = 1.05
"""Beyond the outermost ticks, as a part of the axis."""


def region_difference(table: pd.DataFrame, *, titles: dict[str, str]) -> alt.LayerChart:
    """A line a region, a tick a head, and a diamond for the mean of all heads with its interval where there is one.

    table: model_a, model_b, layer, head, region, a, b, value (b less a, of shares), mean, mean_low, mean_high. titles:
    of the regions, in order.
    """
    rows = table.assign(name=head_names(table), title=table["region"].map(titles))
    order = [titles[region] for region in titles if region in set(rows["region"])]
    largest = max(float(rows["value"].abs().max()), 0.01) * ROOM
    scale = alt.Scale(domain=[-largest, largest], nice=False)
    x = alt.X(
        "value:Q", title=_("difference of the share of a head’s attention"), scale=scale, axis=alt.Axis(format="+%")
    )
    y = alt.Y("title:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=160))
    before, after = (str(rows[column].iloc[0]) for column in ("model_a", "model_b"))
    nothing = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(color=SPECIAL_COLOUR, strokeDash=[4, 3]).encode(x)
    colour = alt.Color("value:Q", scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-largest, largest]), legend=None)
    ticks = (
        alt.Chart(rows)
        .mark_tick(thickness=2, size=TICK, opacity=0.8)
        .encode(
            x,
            y,
            colour,
            tooltip=[
                alt.Tooltip("name:N", title=_("head")),
                alt.Tooltip("title:N", title=_("region")),
                alt.Tooltip("a:Q", title=before, format=".1%"),
                alt.Tooltip("b:Q", title=after, format=".1%"),
                alt.Tooltip("value:Q", title=_("difference"), format="+.1%"),
            ],
        )
    )
    means = rows.drop_duplicates("region")
    mean = (
        alt.Chart(means)
        .mark_point(shape="diamond", size=90, fill="white", stroke="black", strokeWidth=1.5, opacity=1)
        .encode(
            alt.X("mean:Q", scale=scale),
            y,
            tooltip=[
                alt.Tooltip("title:N", title=_("region")),
                alt.Tooltip("mean:Q", title=_("mean of all heads"), format="+.1%"),
            ],
        )
    )
    layers = [nothing, ticks]
    if means["mean_low"].notna().any():
        spans = alt.Chart(means).mark_rule(color="black", strokeWidth=2)
        layers.append(spans.encode(alt.X("mean_low:Q", scale=scale), y, x2="mean_high"))
    return layered(*layers, mean, height=alt.Step(STEP))
