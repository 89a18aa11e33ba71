"""Two numbers a head against one another."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, TEXT_COLOUR, model_colour
from mhattn_core.heads import head_names
from mhattn_core.locale import _

SIDE = 420
ROOM = 0.06
"""Beyond the outermost marks, as a share of the axis, so that none is cut and the corners' names have a place."""
Corner = tuple[bool, bool]
"""Right of the split across; above the split up."""


def head_scatter(
    heads: pd.DataFrame,
    *,
    x: str,
    y: str,
    splits: tuple[float | None, float | None] = (None, None),
    corners: Mapping[Corner, str] | None = None,
    chosen: tuple[int, int] | None = None,
    clicks: int = 0,
) -> alt.LayerChart:
    """A mark a head; a click picks it (``picked``: layer, head).

    heads: model, layer, head, x, y of one model and stack, with low and high (of y) where known. x, y: the axes'
    titles, with units.
    splits: where dashed lines part the axes. corners: what the four parts are called. chosen: the head to circle and
    name. clicks: as in ``head_grid``.
    """
    rows = heads.assign(name=head_names(heads), clicks=clicks).dropna(subset=["x", "y"])
    across, up = (
        _scale(rows[["x"]], splits[0]),
        _scale(rows[[name for name in ("y", "low", "high") if name in rows]], splits[1]),
    )
    x_axis, y_axis = (
        alt.X("x:Q", scale=alt.Scale(domain=across, nice=False), title=x, axis=alt.Axis(tickCount=8)),
        alt.Y("y:Q", scale=alt.Scale(domain=up, nice=False), title=y),
    )
    layers: list[alt.Chart] = [
        alt.Chart(pd.DataFrame({axis: [at]})).mark_rule(color=SPECIAL_COLOUR, strokeDash=[5, 3]).encode(channel)
        for axis, at, channel in (("x", splits[0], x_axis), ("y", splits[1], y_axis))
        if at is not None
    ]
    tooltip = [
        alt.Tooltip("name:N", title=_("head")),
        alt.Tooltip("x:Q", title=x, format=".3f"),
        alt.Tooltip("y:Q", title=y, format="+.3f"),
    ]
    if {"low", "high"} <= set(rows) and rows["low"].notna().any():
        layers.append(
            alt.Chart(rows).mark_rule(color=SPECIAL_COLOUR, opacity=0.6).encode(x_axis, alt.Y("low:Q"), alt.Y2("high"))
        )
        tooltip += [
            alt.Tooltip("low:Q", title=_("interval from"), format="+.3f"),
            alt.Tooltip("high:Q", title=_("interval to"), format="+.3f"),
        ]
    pick = alt.selection_point(name=PICKED, fields=["layer", "head", "clicks"], on="click", clear=False)
    marks = alt.Chart(rows).mark_point(
        filled=True,
        size=80,
        opacity=0.85,
        cursor="pointer",
        color=model_colour(str(rows["model"].iloc[0])),
        strokeWidth=0,
    )
    layers.append(marks.encode(x_axis, y_axis, tooltip=tooltip).add_params(pick))
    own = rows[(rows["layer"] == (chosen or (-1, -1))[0]) & (rows["head"] == (chosen or (-1, -1))[1])]
    if len(own):
        circled = alt.Chart(own).encode(x_axis, y_axis)
        layers.append(circled.mark_point(size=190, color=MARK_COLOUR, strokeWidth=2.5))
        layers.append(circled.mark_text(dy=-15, color=TEXT_COLOUR, fontWeight="bold").encode(text=alt.Text("name:N")))
    layers += [_corner(place, text) for place, text in (corners or {}).items()]
    return layered(*layers, height=SIDE)


def _scale(values: pd.DataFrame, split: float | None) -> list[float]:
    low, high = float(values.min(axis=None)), float(values.max(axis=None))
    if split is not None:
        low, high = min(low, split), max(high, split)
    room = max(high - low, 1e-9) * ROOM
    return [low - room, high + room]


def _corner(place: Corner, text: str) -> alt.Chart:
    right, above = place
    return (
        alt.Chart(pd.DataFrame({"text": [text]}))
        .mark_text(
            align="right" if right else "left",
            baseline="top" if above else "bottom",
            color=TEXT_COLOUR,
            fontSize=12,
            fontStyle="italic",
        )
        .encode(
            x=alt.XValue(alt.ExprRef("width - 6") if right else 6),
            y=alt.YValue(4 if above else alt.ExprRef("height - 4")),
            text=alt.Text("text:N"),
        )
    )
