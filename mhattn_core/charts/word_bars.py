"""Two numbers a word, side by side: what a head attends to and what comes of it, or two ways through the layers."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, TEXT_COLOUR, label_expression
from mhattn_core.digits import digits
from mhattn_core.locale import _

COLOURS = ("#0072B2", "#E69F00")
OPACITIES = (1.0, 0.55)
"""Of special tokens less: they are no words."""


def word_bars(words: pd.DataFrame, *, title: str, framed: int | None = None) -> alt.LayerChart:
    """A bar a word and series. words: word, position (0, 1, 2 …), special (bool), series (as told to people, in order),
    value.

    title: what the bars mean, with the unit. framed: the position of the word whose row it is, framed in red.
    """
    series = list(dict.fromkeys(words["series"]))
    labels = words.drop_duplicates("position").sort_values("position")["word"].tolist()
    y = alt.Y(
        "position:O",
        title=None,
        axis=alt.Axis(
            ticks=False, domain=False, labelLimit=110, labelOverlap=False, labelExpr=label_expression(labels)
        ),
    )
    bars = (
        alt.Chart(
            words.assign(
                opacity=words["special"].map({False: OPACITIES[0], True: OPACITIES[1]}), own=words["position"] == framed
            )
        )
        .mark_bar(strokeWidth=2)
        .encode(
            alt.X("value:Q", title=title, scale=alt.Scale(domainMin=0)),
            y,
            alt.YOffset("series:N", sort=series),
            alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=series, range=list(COLOURS[: len(series)])),
                legend=alt.Legend(orient="top", columns=1, labelLimit=320),
            ),
            alt.Opacity("opacity:Q", scale=None),
            stroke=alt.StrokeValue("transparent", condition={"test": "datum.own", "value": MARK_COLOUR}),
            tooltip=[
                alt.Tooltip("word:N", title=_("word")),
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("value:Q", title=title, format=".3f"),
            ],
        )
    )
    numbers = (
        alt.Chart(words.assign(written=words["value"].map(digits)))
        .mark_text(align="left", dx=3, color=TEXT_COLOUR, fontSize=10)
        .encode(alt.X("value:Q"), y, alt.YOffset("series:N", sort=series), text=alt.Text("written:N"))
    )
    return layered(bars, numbers, height=alt.Step(14))
