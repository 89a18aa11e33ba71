"""One number a head: layers down, heads across."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.no_attention import grey_cells, layers_without
from mhattn_core.charts.theme import ATTENTION_SCHEME, DIFFERENCE_SCHEME, MARK_COLOUR
from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import axis_title

READ = ("layer", "head", "value", "low", "high", "n")
"""What is drawn; a chart carries its whole table, and every column costs time."""
HEIGHT = 280
LEGEND_TITLE = 30
LOWEST_ROW, HIGHEST_ROW = 7, 34
"""Heights in pixels: of the whole where rows may shrink to fit, of what stands above the legend's colours, and of one
row.
"""


def head_grid(
    heads: pd.DataFrame,
    *,
    measure: str,
    title: str = "",
    domain: tuple[float, float] | None = None,
    difference: bool = False,
    reverse: bool = False,
    chosen: tuple[int, int] | None = None,
    clicks: int = 0,
) -> alt.LayerChart:
    """The layer × head grid of one measure of one model and stack; a click picks a head (selection ``picked``: layer,
    head).

    heads: rows with layer, head, measure, value and, where known, low, high, n (as ``heads.parquet``); other measures
    are left out.
    title: what the colour means, with its unit. domain: ends of the colour scale, so that models can be compared; by
    default the data's own. difference: a diverging scheme with 0 in the middle. reverse: low values are the bright ones
    (an error rate).
    chosen: the head to frame. clicks: a number that differs from one drawing to the next; without it a second click on
    the same head, after another was chosen elsewhere, is no event. Heads without a value (NaN) are drawn as a grey
    cross; layers that do not attend are grey cells.
    """
    rows = heads.loc[heads["measure"] == measure, [name for name in READ if name in heads]].assign(clicks=clicks)
    rows["name"] = head_names(rows)
    layers = max(1, rows["layer"].nunique())
    step = min(HIGHEST_ROW, max(LOWEST_ROW, HEIGHT // layers))
    low, high = domain or (float(rows["value"].min()), float(rows["value"].max()))
    if difference:
        low, high = -max(abs(low), abs(high), 1e-9), max(abs(low), abs(high), 1e-9)
    axis = {"ticks": False, "domain": False}
    x = alt.X(
        "head:O", title=_("head"), axis=alt.Axis(orient="top", labelAngle=0, **axis), scale=alt.Scale(paddingInner=0.06)
    )
    y = alt.Y("layer:O", title=_("layer"), axis=alt.Axis(**axis), scale=alt.Scale(paddingInner=0.06))
    colour = alt.Color(
        "value:Q",
        title=title or axis_title(measure),
        scale=alt.Scale(
            scheme=DIFFERENCE_SCHEME if difference else ATTENTION_SCHEME,
            domain=[low, high],
            clamp=True,
            reverse=reverse,
        ),
        legend=alt.Legend(gradientLength=min(120, step * layers - LEGEND_TITLE), format=".2f"),
    )
    pick = alt.selection_point(name=PICKED, fields=["layer", "head", "clicks"], on="click", clear=False)
    layer, head = chosen or (-1, -1)
    known = alt.Chart(rows[rows["value"].notna()]).mark_rect(cursor="pointer", strokeWidth=3)
    cells = known.encode(
        x,
        y,
        colour,
        stroke=alt.StrokeValue(
            "transparent", condition={"test": f"datum.layer == {layer} && datum.head == {head}", "value": MARK_COLOUR}
        ),
        tooltip=_tooltips(rows, title or axis_title(measure)),
    ).add_params(pick)
    drawn = [cells]
    without = rows["layer"].isin(layers_without(heads))
    if without.any():
        drawn.append(grey_cells(rows[without], x, y))
    missing = rows[rows["value"].isna() & ~without]
    if len(missing):
        cross = alt.Chart(missing).mark_point(shape="cross", color="#8c8c8c", size=60)
        drawn.append(cross.encode(x, y, tooltip=_tooltips(rows, title or axis_title(measure))))
    return layered(*drawn, height=alt.Step(step))


def _tooltips(rows: pd.DataFrame, title: str) -> list[alt.Tooltip]:
    tooltips = [alt.Tooltip("name:N", title=_("head")), alt.Tooltip("value:Q", title=title, format=".3f")]
    if {"low", "high"} <= set(rows) and rows["low"].notna().any():
        tooltips += [
            alt.Tooltip("low:Q", title=_("interval from"), format=".3f"),
            alt.Tooltip("high:Q", title=_("interval to"), format=".3f"),
        ]
    if "n" in rows:
        tooltips.append(alt.Tooltip("n:Q", title="n"))
    return tooltips
