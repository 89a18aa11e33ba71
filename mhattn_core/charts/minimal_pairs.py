"""How often a model prefers what grammar allows, with all heads and without one."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _


def minimal_pairs(relations: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A row for each relation: a ring with all heads on, a dot without the head named beside it, a bar over what the
    interval leaves open.

    relations: label, model, head, intact, ablated, low, high (of what is lost), n. title: of the axis.
    """
    rows = relations.assign(
        bar_low=(relations["intact"] - relations["high"]).clip(0, 1),
        bar_high=(relations["intact"] - relations["low"]).clip(0, 1),
        name=relations["label"] + " · " + relations["head"],
    )
    names = [_("all heads on"), _("without the head")]
    colour = alt.Color(
        "which:N",
        title=None,
        scale=alt.Scale(domain=names, range=[MARK_COLOUR, model_colour(str(rows["model"].iloc[0]))]),
        legend=alt.Legend(orient="top", columns=1, symbolType="circle", labelLimit=300),
    )
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=260))
    x = alt.Scale(domain=[0, 1])
    tooltip = [
        alt.Tooltip("name:N"),
        alt.Tooltip("intact:Q", title=names[0], format=".1%"),
        alt.Tooltip("ablated:Q", title=names[1], format=".1%"),
        alt.Tooltip("n:Q", title="n"),
    ]
    axis = alt.Axis(format="%")
    return layered(
        alt.Chart(rows)
        .mark_rule(color=SPECIAL_COLOUR, strokeWidth=3)
        .encode(alt.X("bar_low:Q", title=title, scale=x, axis=axis), alt.X2("bar_high"), y, tooltip=tooltip),
        alt.Chart(pd.DataFrame({"chance": [0.5]}))
        .mark_rule(color=SPECIAL_COLOUR, strokeDash=[5, 3])
        .encode(alt.X("chance:Q")),
        alt.Chart(rows.assign(which=names[1]))
        .mark_point(filled=True, size=90, opacity=1)
        .encode(alt.X("ablated:Q"), y, colour, tooltip=tooltip),
        alt.Chart(rows.assign(which=names[0]))
        .mark_point(size=110, strokeWidth=2.5, opacity=1)
        .encode(alt.X("intact:Q"), y, colour, tooltip=tooltip),
        height=alt.Step(26),
    )
