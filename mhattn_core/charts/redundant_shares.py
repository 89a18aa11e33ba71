"""The share of each model's heads that have a redundant partner, beside that on random words."""

import altair as alt
import pandas as pd

from mhattn_core.charts.theme import MARK_COLOUR, model_colour
from mhattn_core.locale import _

STEP = 16
"""Height of a model within a distance, in pixels."""


def redundant_shares(table: pd.DataFrame) -> alt.LayerChart:
    """A dot a model and distance with its interval, and a tick for the share on random words.

    table: model, stack, distance (its name), redundant, low, high, noise, heads, n.
    """
    table = table.assign(name=[" · ".join(pair) for pair in zip(table["model"], table["stack"], strict=True)])
    models = table.drop_duplicates("name")
    names = models["name"].tolist()
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[model_colour(name) for name in models["model"]]),
        legend=alt.Legend(orient="bottom", title=None, columns=2, labelLimit=300),
    )
    base = alt.Chart(table).encode(
        alt.Y("distance:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=170)),
        alt.YOffset("name:N", sort=names),
        tooltip=[
            alt.Tooltip("name:N", title=_("model")),
            alt.Tooltip("distance:N", title=_("distance")),
            *(
                alt.Tooltip(f"{field}:Q", title=title, format=".1%")
                for field, title in (
                    ("redundant", _("heads with a redundant partner")),
                    ("low", _("interval from")),
                    ("high", _("interval to")),
                    ("noise", _("on random words")),
                )
            ),
            alt.Tooltip("heads:Q", title=_("heads")),
            alt.Tooltip("n:Q", title="n"),
        ],
    )
    x = alt.X(
        "redundant:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%"),
        title=_("heads with a redundant partner"),
    )
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high"), colour),
        base.mark_tick(color=MARK_COLOUR, thickness=3, size=STEP).encode(alt.X("noise:Q")),
        base.mark_circle(size=80, opacity=1).encode(x, colour),
    ).properties(height=alt.Step(STEP))
