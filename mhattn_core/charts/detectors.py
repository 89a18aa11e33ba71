"""What detectors say: of one head, and how many heads of each model they find."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import ATTENTION_SCHEME, MARK_COLOUR, SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _

STEP, WIDE = 24, 150


def detector_bars(rows: pd.DataFrame, *, model: str) -> alt.LayerChart:
    """A bar a detector for one head's value, strong where the head passes, and a tick at what random controls reach.

    rows: title, value, low, high, beyond, detected, n. model: whose colour the bars have.
    """
    base = alt.Chart(rows[["title", "value", "low", "high", "beyond", "detected", "n"]]).encode(
        alt.Y("title:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=230)),
        tooltip=[
            alt.Tooltip("title:N", title=_("detector")),
            alt.Tooltip("value:Q", title=_("value"), format=".3f"),
            alt.Tooltip("beyond:Q", title=_("random controls"), format=".3f"),
            alt.Tooltip("n:Q", title="n"),
        ],
    )
    bars = base.mark_bar(color=model_colour(model), height=12).encode(
        alt.X("value:Q", title=_("value")),
        opacity=alt.OpacityValue(0.3, condition={"test": "datum.detected", "value": 0.9}),
    )
    layers = [bars]
    if rows["low"].notna().any():
        layers.append(base.mark_rule(color=SPECIAL_COLOUR, strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high")))
    ticks = base.mark_tick(color=MARK_COLOUR, thickness=3, size=16).encode(alt.X("beyond:Q"))
    return layered(*layers, ticks, height=alt.Step(STEP))


def detected_heads(rows: pd.DataFrame) -> alt.LayerChart:
    """A line a detector, a column a model and stack: how many heads pass, coloured by their share.

    rows: title, model, stack, detected, heads, share.
    """
    several = rows.groupby("model", observed=True)["stack"].nunique().max() > 1
    named = rows.assign(
        where=rows["model"].astype(str) + (" · " + rows["stack"].astype(str) if several else ""),
        said=rows["detected"].astype(str) + " / " + rows["heads"].astype(str),
    )
    base = alt.Chart(named).encode(
        alt.X("where:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=0, labelLimit=WIDE)),
        alt.Y("title:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=230)),
        tooltip=[
            alt.Tooltip("model:N", title=_("model")),
            alt.Tooltip("stack:N", title=_("stack")),
            alt.Tooltip("title:N", title=_("detector")),
            alt.Tooltip("detected:Q", title=_("heads that pass")),
            alt.Tooltip("heads:Q", title=_("heads")),
            alt.Tooltip("share:Q", title=_("share"), format=".1%"),
        ],
    )
    cells = base.mark_rect().encode(
        # No legend: the numbers stand in the cells.
        alt.Color("share:Q", scale=alt.Scale(scheme=ATTENTION_SCHEME, domainMin=0), legend=None)
    )
    largest = float(rows["share"].max())
    text = base.mark_text(fontSize=11).encode(
        text=alt.Text("said:N"),
        color=alt.ColorValue("white", condition={"test": f"datum.share > {0.6 * largest}", "value": "black"}),
    )
    return layered(cells, text, height=alt.Step(STEP))
