"""How much of a model its best heads do alone, by several rankings."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import HEAD_COLOURS, SPECIAL_COLOUR
from mhattn_core.locale import _

HEIGHT = 380
RANDOM = "random"


def faithfulness(curves: pd.DataFrame, *, names: Mapping[str, str], band: str, title: str) -> alt.LayerChart:
    """A line with marks for each ranking; random rankings as a grey band from least to greatest with their median.

    curves: rows of ``faithfulness.parquet`` of one model, kind and quantity. names: of each ranking, for the legend.
    band: the ranking whose quantiles over texts are drawn. title: of the share.
    """
    drawn = curves[curves["order"] == RANDOM]
    ordered = curves[curves["order"] != RANDOM].assign(ranking=lambda rows: rows["order"].map(names))
    spread = drawn.groupby(["kept", "share_kept"])["recovered"].agg(["min", "median", "max"]).reset_index()
    # Points halve; with the square root of the share they do not crowd at the left.
    x = alt.X(
        "share_kept:Q",
        title=_("share of heads kept"),
        scale=alt.Scale(type="sqrt", domain=[0, 1]),
        axis=alt.Axis(format=".0%", values=[0, 1 / 32, 1 / 8, 1 / 4, 1 / 2, 1]),
    )
    tooltip = [
        alt.Tooltip("ranking:N", title=_("ranking")),
        alt.Tooltip("kept:Q", title=_("heads kept")),
        alt.Tooltip("recovered:Q", title=title, format=".3f"),
        alt.Tooltip("area:Q", title=_("area under the curve"), format=".3f"),
    ]
    shown = [name for order, name in names.items() if order != RANDOM and (ordered["ranking"] == name).any()]
    legend = [*shown, names[RANDOM]]
    colour = alt.Color(
        "ranking:N",
        title=None,
        scale=alt.Scale(domain=legend, range=[*HEAD_COLOURS[: len(shown)], SPECIAL_COLOUR]),
        legend=alt.Legend(orient="top", columns=1, labelLimit=320, symbolType="stroke"),
    )
    y = alt.Y("recovered:Q", title=title, axis=alt.Axis(format=".0%"))
    chance = (
        alt.Chart(spread)
        .mark_area(color=SPECIAL_COLOUR, opacity=0.3)
        .encode(x, alt.Y("min:Q", title=title), alt.Y2("max"))  # of one colour, so that the legend stays strong
    )
    middle = spread.assign(recovered=spread["median"], ranking=names[RANDOM])
    median = alt.Chart(middle).mark_line(strokeDash=[5, 3]).encode(x, y, colour)
    of_texts = (
        alt.Chart(ordered[ordered["order"] == band])
        .mark_area(opacity=0.15, color=HEAD_COLOURS[shown.index(names[band])])
        .encode(x, alt.Y("q10:Q", title=title), alt.Y2("q90"))
    )
    points = alt.OverlayMarkDef(filled=True, size=50)
    lines = alt.Chart(ordered).mark_line(point=points).encode(x, y, colour, tooltip=tooltip)
    return layered(chance, of_texts, median, lines, height=HEIGHT)


def faithfulness_areas(areas: pd.DataFrame, *, names: Mapping[str, str], title: str) -> alt.LayerChart:
    """A row a model: a mark for each ranking at its area, grey ticks at those of random rankings.

    areas: model, order, draw, area. names, title: as of ``faithfulness``.
    """
    rows = areas.assign(ranking=areas["order"].map(names))
    shown = [name for order, name in names.items() if order != RANDOM and (rows["ranking"] == name).any()]
    y = alt.Y("model:N", sort=list(dict.fromkeys(rows["model"])), title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X("area:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=8))
    colour = alt.Color(
        "ranking:N",
        title=None,
        scale=alt.Scale(domain=[*shown, names[RANDOM]], range=[*HEAD_COLOURS[: len(shown)], SPECIAL_COLOUR]),
        legend=alt.Legend(orient="top", columns=2, labelLimit=320, symbolType="circle"),
    )
    tooltip = ["model:N", alt.Tooltip("ranking:N"), alt.Tooltip("area:Q", title=title, format=".3f")]
    random = alt.Chart(rows[rows["order"] == RANDOM]).mark_tick(thickness=2, size=22).encode(x, y, colour)
    marks = alt.Chart(rows[rows["order"] != RANDOM]).mark_point(filled=True, size=110, opacity=0.9)
    return layered(random, marks.encode(x, y, colour, tooltip=tooltip), height=alt.Step(34))
