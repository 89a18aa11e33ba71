"""Every head of a stack against every other, near ones side by side."""

import math
from collections.abc import Sequence
from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import ATTENTION_SCHEME, MARK_COLOUR, attention_colours, data_uri, label_expression
from mhattn_core.locale import _

PAIRS_DRAWN = 3200
"""Above so many pairs (80 heads) the matrix is one picture, and only its nearest pairs answer to the pointer."""
POINTED = 1000
NAMED = 24
"""Above so many heads only every second, third … is named on the axes; the pointer names all."""
SIZE = 335
LEGEND_LINE = 16
"""Characters of a line above the colours."""
READ = ["row", "column", "head", "other", "distance", "noise"]


def distance_matrix(
    pairs: pd.DataFrame,
    names: Sequence[str],
    *,
    title: str,
    largest: float,
    chosen: tuple[int, int] | None = None,
    clicks: int = 0,
) -> alt.LayerChart:
    """Distances below the diagonal, those on random words above it; a click picks a pair (selection ``picked``: head,
    other).

    pairs: each once: row > column (places on the axes, from 0), head, other (their names), distance, noise, shared
    (whether the two
    share keys and values: dotted). names: of the heads, in the order of the axes. title: what the colour means, with
    its unit; bright is near, and ``largest`` ends the scale. chosen: places of the pair to frame. clicks: see
    ``head_grid``.
    """
    axes = _axes(names)
    colour = alt.Color(
        "shown:Q",
        title=wrap(title, LEGEND_LINE),
        scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, largest], clamp=True, reverse=True),
        legend=alt.Legend(gradientLength=200, format=".2f"),
    )
    as_picture = len(pairs) > PAIRS_DRAWN
    pointed = pairs.nsmallest(POINTED, "distance") if as_picture else pairs
    on = {"distance": _("these words"), "noise": _("random words")}
    below = "datum.kind == 'distance'"
    boxes = (
        alt.Chart(pointed[READ].assign(clicks=clicks))
        .transform_fold(list(on), as_=["kind", "shown"])
        .transform_calculate(
            left=f"({below} ? datum.column : datum.row) - 0.5",
            top=f"({below} ? datum.row : datum.column) - 0.5",
            right="datum.left + 1",
            bottom="datum.top + 1",
            on=alt.expr.if_(alt.datum.kind == "distance", on["distance"], on["noise"]),
        )
        .mark_rect(cursor="pointer", opacity=0 if as_picture else 1)
        .encode(*axes, colour, tooltip=_tooltips(title))
        .add_params(alt.selection_point(name=PICKED, fields=["head", "other", "clicks"], on="click", clear=False))
    )
    layers = [_picture(pairs, len(names), largest, axes)] if as_picture else []
    layers.append(boxes)
    shared = pairs.loc[pairs["shared"], ["row", "column"]].to_numpy()
    if len(shared):
        dots = alt.Chart(pd.DataFrame(np.concatenate([shared, shared[:, ::-1]]), columns=["top", "left"]))
        layers.append(dots.mark_point(filled=True, size=5, color=MARK_COLOUR, opacity=1).encode(axes[0], axes[2]))
    if chosen:
        corners = pd.DataFrame({"left": chosen, "top": chosen[::-1]}) - 0.5
        frame = alt.Chart(corners.assign(right=corners["left"] + 1, bottom=corners["top"] + 1))
        layers.append(frame.mark_rect(filled=False, stroke=MARK_COLOUR, strokeWidth=2.5).encode(*axes))
    return layered(*layers, height=SIZE)


def _axes(names: Sequence[str]) -> tuple[alt.X, alt.X2, alt.Y, alt.Y2]:
    axis = {
        "values": list(range(0, len(names), math.ceil(len(names) / NAMED))),
        "labelExpr": label_expression(names),
        "labelOverlap": False,
        "labelFontSize": 9,
        "grid": False,
        "ticks": False,
        "domain": False,
    }
    ends = [-0.5, len(names) - 0.5]
    return (
        alt.X(
            "left:Q",
            scale=alt.Scale(domain=ends, nice=False),
            axis=alt.Axis(orient="top", labelAngle=-90, **axis),
            title=None,
        ),
        alt.X2("right"),
        alt.Y("top:Q", scale=alt.Scale(domain=ends, nice=False, reverse=True), axis=alt.Axis(**axis), title=None),
        alt.Y2("bottom"),
    )


def _picture(pairs: pd.DataFrame, heads: int, largest: float, axes: tuple[alt.X, alt.X2, alt.Y, alt.Y2]) -> alt.Chart:
    """All cells as one picture; a head with itself is as near as can be."""
    distances = np.zeros((heads, heads))
    distances[pairs["row"], pairs["column"]] = pairs["distance"]
    distances[pairs["column"], pairs["row"]] = pairs["noise"]
    palette = attention_colours()[::-1]
    levels = (distances / largest).clip(0, 1) * (len(palette) - 1)
    # Repeated cells, so that a browser does not blur neighbours into one another.
    enlarged = levels.round().astype(np.uint8).repeat(4, axis=0).repeat(4, axis=1)
    place = pd.DataFrame(
        {"left": [(heads - 1) / 2], "top": [(heads - 1) / 2], "picture": [data_uri(enlarged, palette)]}
    )
    picture = alt.Chart(place).mark_image(width=alt.expr("width"), height=alt.expr("height"), aspect=False)
    return picture.encode(axes[0], axes[2], url=alt.Url("picture:N"))


def _tooltips(title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("head:N", title=_("head")),
        alt.Tooltip("other:N", title=_("other head")),
        alt.Tooltip("shown:Q", title=title, format=".3f"),
        alt.Tooltip("on:N", title=_("measured on")),
    ]
