"""The share of each model's heads that have a redundant partner, beside that on random words."""

import altair as alt
import pandas as pd

from mhattn_core.charts.theme import MARK_COLOUR, model_colour
from mhattn_core.locale import _

STEP = 16
"""Height of a model within a distance, in pixels."""
SHAPES = ["circle", "square", "triangle-up"]
"""Of a translator's three stacks."""


def redundant_shares(table: pd.DataFrame) -> alt.LayerChart:
    """A mark a model and distance, its shape the stack, with its interval, and a tick for the share on random words.

    table: model, stack, distance (its name), redundant, low, high, noise, heads, n.
    """
    table = table.assign(name=[" · ".join(pair) for pair in zip(table["model"], table["stack"], strict=True)])
    models = table.drop_duplicates("name")
    names = models["name"].tolist()
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[model_colour(name) for name in models["model"]]),
        legend=alt.Legend(orient="bottom", title=None, columns=1, labelLimit=300, symbolType="circle"),
    )
    stacks = table["stack"].drop_duplicates().tolist()
    shape = alt.Shape("stack:N", scale=alt.Scale(domain=stacks, range=SHAPES[: len(stacks)]), legend=None)
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
        axis=alt.Axis(format="%", titleAnchor="end"),  # the title is longer than a narrow chart is wide
        title=_("heads with a redundant partner"),
    )
    return alt.layer(
        base.mark_rule(strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high"), colour),
        base.mark_tick(color=MARK_COLOUR, thickness=3, size=STEP).encode(alt.X("noise:Q")),
        base.mark_point(size=70, filled=True, opacity=1).encode(x, colour, shape),
    ).properties(height=alt.Step(STEP))
