"""Two numbers a head against one another."""

from collections.abc import Hashable, Mapping
from typing import Literal

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
NAMED = 4
LEAST_WIDTH = 280.0
"""The narrowest that a page draws it, pixels."""
LETTER = 6.5
CORNER = 18
"""Height of the corners' names, pixels, with that above or below them."""
Box = tuple[float, float, float, float]
"""Left, right, top, bottom, in pixels."""
Side = tuple[Literal["left", "center", "right"], int, int]
"""How a name is aligned, and how far it stands from its mark."""
SIDES: tuple[Side, ...] = (
    ("left", 9, 0),
    ("right", -9, 0),
    ("center", 0, -13),
    ("center", 0, 13),
    ("right", 5, -13),
    ("right", 5, 13),
    ("left", -5, -13),
    ("left", -5, 13),
    ("right", -9, -14),
    ("right", -9, 14),
    ("left", 9, -14),
    ("left", 9, 14),
)
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
    name; the NAMED highest are named too. clicks: as in ``head_grid``.
    """
    rows = heads.assign(name=head_names(heads), clicks=clicks).dropna(subset=["x", "y"])
    across, up = (
        _scale(rows[["x"]], splits[0]),
        _scale(rows[[name for name in ("y", "low", "high") if name in rows]], splits[1]),
    )
    x_axis, y_axis = (
        alt.X(
            "x:Q",
            scale=alt.Scale(domain=across, nice=False),
            title=x,
            axis=alt.Axis(tickCount=8, labelOverlap="greedy", labelSeparation=6),
        ),
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
    named = rows.nlargest(NAMED, "y")
    named = named[(named["layer"] != (chosen or (-1, -1))[0]) | (named["head"] != (chosen or (-1, -1))[1])]
    layers += [
        alt.Chart(named.loc[at])
        .mark_text(align=align, dx=dx, dy=dy, color=TEXT_COLOUR)
        .encode(x_axis, y_axis, text=alt.Text("name:N"))
        for (align, dx, dy), at in _beside_marks(named, rows, across, up).items()
    ]
    own = rows[(rows["layer"] == (chosen or (-1, -1))[0]) & (rows["head"] == (chosen or (-1, -1))[1])]
    if len(own):
        circled = alt.Chart(own).encode(x_axis, y_axis)
        layers.append(circled.mark_point(size=190, color=MARK_COLOUR, strokeWidth=2.5))
        layers.append(circled.mark_text(dy=-15, color=TEXT_COLOUR, fontWeight="bold").encode(text=alt.Text("name:N")))
    layers += [_corner(place, text) for place, text in (corners or {}).items()]
    return layered(*layers, height=SIDE)


def _beside_marks(
    named: pd.DataFrame, rows: pd.DataFrame, across: list[float], up: list[float]
) -> dict[Side, list[Hashable]]:
    """On which side of its mark each name is written, so that it meets no other name, no mark and, if it can be, no
    interval; left out where none is free. Reckoned for the least width, at which names are widest."""
    x = (rows["x"] - across[0]) / (across[1] - across[0]) * LEAST_WIDTH
    y = (up[1] - rows["y"]) / (up[1] - up[0]) * SIDE
    taken = [(a - 5, a + 5, b - 5, b + 5) for a, b in zip(x, y, strict=True)]
    intervals: list[Box] = []
    if {"low", "high"} <= set(rows):
        ends = (up[1] - rows[["high", "low"]]) / (up[1] - up[0]) * SIDE
        intervals = [(a - 1, a + 1, *end) for a, end in zip(x, ends.itertuples(index=False), strict=True)]
    sides: dict[Side, list[Hashable]] = {}
    for at, name in named["name"].items():
        wide = LETTER * len(name)
        boxes = {side: _box(float(x[at]), float(y[at]), side, wide) for side in SIDES}
        free = [side for side in SIDES if _inside(boxes[side]) and not _meets(boxes[side], taken)]
        if free:
            side = next((one for one in free if not _meets(boxes[one], intervals)), free[0])
            taken.append(boxes[side])
            sides.setdefault(side, []).append(at)
    return sides


def _box(x: float, y: float, side: Side, wide: float) -> Box:
    align, dx, dy = side
    left = x + dx - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * wide
    return left, left + wide, y + dy - 6, y + dy + 6


def _inside(box: Box) -> bool:
    return box[0] >= 0 and box[1] <= LEAST_WIDTH and box[2] >= CORNER and box[3] <= SIDE - CORNER


def _meets(box: Box, others: list[Box]) -> bool:
    left, right, top, bottom = box
    return any(left < other[1] and other[0] < right and top < other[3] and other[2] < bottom for other in others)


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
