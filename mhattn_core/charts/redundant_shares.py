"""The share of each model's heads that have a redundant partner, beside that on random words."""

import altair as alt
import pandas as pd

from mhattn_core.charts.theme import MARK_COLOUR, model_colour
from mhattn_core.locale import _

STEP, BETWEEN = 20, 24
"""Height of a model's line and room between panels, in pixels."""
LABEL, LETTER = 190, 7
"""Pixels of the longest label, and of a letter of it."""
ROOM, WIDEST, NARROW = 850, 320, 180
"""Pixels across a page for all panels with their labels; of one panel at most, and on a narrow screen."""


def redundant_shares(table: pd.DataFrame, *, narrow: bool = False) -> alt.FacetChart:
    """A panel a distance, in it a line a model: its share with the interval, and a tick for the share on random words.

    table: model, stack, distance (its name), redundant, low, high, noise, heads, n. narrow: panels below one another.
    """
    several = table.groupby("model")["stack"].nunique().gt(1).any()
    names = table["model"] + " · " + table["stack"] if several else table["model"]
    table = table.assign(name=names)
    models = table.drop_duplicates("name")
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=models["name"].tolist(), range=[model_colour(name) for name in models["model"]]),
        legend=None,
    )
    base = alt.Chart().encode(
        alt.Y(
            "name:N",
            sort=models["name"].tolist(),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=LABEL),
        ),
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
        axis=alt.Axis(format="%", tickCount=3),
        title=_("heads with a redundant partner"),
    )
    panel = alt.layer(
        base.mark_rule(strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high"), colour),
        base.mark_tick(color=MARK_COLOUR, thickness=3, size=STEP - 6).encode(alt.X("noise:Q")),
        base.mark_point(size=70, filled=True, opacity=1).encode(x, colour),
        data=table,
    )
    distances = list(dict.fromkeys(table["distance"]))
    labels = min(LABEL, LETTER * int(models["name"].str.len().max()))
    width = NARROW if narrow else min(WIDEST, (ROOM - labels) // len(distances) - BETWEEN)
    panel = panel.properties(width=width, height=alt.Step(STEP))
    above = {"labelOrient": "top", "labelAngle": 0, "labelAnchor": "start"} if narrow else {}
    header = alt.Header(title=None, labelFontWeight="bold", labelFontSize=12, **above)
    facet = alt.Facet("distance:N", sort=distances, header=header)
    return panel.facet(**{"row" if narrow else "column": facet}, spacing=BETWEEN)
