"""Vectors of positions as rows of colour: queries, keys or values of one head."""

import math
from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.matrix import CELLS_DRAWN
from mhattn_core.charts.theme import DIFFERENCE_SCHEME, MARK_COLOUR, data_uri, label_expression
from mhattn_core.locale import _

CLAMPED = 0.98
"""Colours end at this quantile of the absolute values, so that one outlying dimension does not pale all others."""
NAMED = 40
TALLEST, LOWEST_ROW, HIGHEST_ROW = 420, 9, 22
# Five steps of the same scheme, for pictures that Vega does not draw.
_STEPS = ("411469", "b9b4d6", "f3eeea", "f9ba72", "994a00")


def heat_rows(vectors: np.ndarray, labels: Sequence[str], *, title: str, framed: int | None = None) -> alt.LayerChart:
    """``vectors`` ``[position, dimension]``, a row a position. title: of the colours. framed: the position to frame."""
    rows, columns = vectors.shape
    largest = max(float(np.quantile(np.abs(vectors), CLAMPED)), 1e-9)
    step = math.ceil(columns / NAMED)
    ends = {"nice": False, "zero": False}
    y_step = math.ceil(rows / NAMED)
    x = alt.X(
        "left:Q",
        scale=alt.Scale(domain=[-0.5, columns - 0.5], **ends),
        title=_("dimension"),
        axis=alt.Axis(values=list(range(0, columns, step)), grid=False, ticks=False, domain=False, format="d"),
    )
    y = alt.Y(
        "top:Q",
        scale=alt.Scale(domain=[-0.5, rows - 0.5], reverse=True, **ends),
        title=None,
        axis=alt.Axis(
            values=list(range(0, rows, y_step)),
            labelExpr=label_expression(labels),
            labelOverlap=False,
            labelLimit=90,
            grid=False,
            ticks=False,
            domain=False,
        ),
    )
    layers = (
        [_picture(vectors, largest, x, y)]
        if vectors.size > CELLS_DRAWN
        else [_cells(vectors, labels, largest, title, x, y)]
    )
    if framed is not None:
        box = pd.DataFrame({"left": [-0.5], "right": [columns - 0.5], "top": [framed - 0.5], "bottom": [framed + 0.5]})
        frame = alt.Chart(box).mark_rect(filled=False, stroke=MARK_COLOUR, strokeWidth=2)
        layers.append(frame.encode(x, alt.X2("right"), y, alt.Y2("bottom")))
    return layered(*layers, height=int(rows * min(HIGHEST_ROW, max(LOWEST_ROW, TALLEST / rows))))


def _cells(vectors: np.ndarray, labels: Sequence[str], largest: float, title: str, x: alt.X, y: alt.Y) -> alt.Chart:
    position, dimension = (axis.ravel() for axis in np.indices(vectors.shape))
    cells = pd.DataFrame(
        {
            "label": np.array(labels, dtype=object)[position],
            "dimension": dimension,
            "value": vectors.ravel().astype(float),
            "left": dimension - 0.5,
            "right": dimension + 0.5,
            "top": position - 0.5,
            "bottom": position + 0.5,
        }
    )
    colour = alt.Color(
        "value:Q",
        scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-largest, largest], clamp=True),
        legend=alt.Legend(title=title, gradientLength=80, format=".1f"),
    )
    tooltip = [
        alt.Tooltip("label:N", title=_("token")),
        alt.Tooltip("dimension:Q", title=_("dimension")),
        alt.Tooltip("value:Q", title=title, format=".4f"),
    ]
    return alt.Chart(cells).mark_rect().encode(x, alt.X2("right"), y, alt.Y2("bottom"), colour, tooltip=tooltip)


def _picture(vectors: np.ndarray, largest: float, x: alt.X, y: alt.Y) -> alt.Chart:
    steps = np.array([[int(step[place : place + 2], 16) for place in (0, 2, 4)] for step in _STEPS])
    at = np.linspace(0, len(steps) - 1, 255)
    palette = np.stack(
        [np.interp(at, np.arange(len(steps)), steps[:, channel]) for channel in range(3)], axis=1
    ).round()
    levels = ((vectors / largest).clip(-1, 1) * 127 + 127).round().astype(np.uint8)
    rows, columns = vectors.shape
    # Repeated cells, so that a browser does not blur neighbours into one another.
    enlarged = levels.repeat(6, axis=0).repeat(4, axis=1)
    place = pd.DataFrame(
        {"left": [(columns - 1) / 2], "top": [(rows - 1) / 2], "picture": [data_uri(enlarged, palette)]}
    )
    picture = alt.Chart(place).mark_image(width=alt.expr("width"), height=alt.expr("height"), aspect=False)
    return picture.encode(x, y, url=alt.Url("picture:N"))
