"""All heads at a glance: each pattern a thumbnail, layers down, heads across."""

import math

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.no_attention import grey_cells, layers_without
from mhattn_core.charts.theme import MARK_COLOUR, attention_colours, data_uri
from mhattn_core.locale import _

THUMBNAIL = 48
"""The longest side of a thumbnail, in pixels; longer sentences are shrunk so that the strongest cells stay."""
LEVELS = 64
CELL, BESIDE, SMALLEST_CELL = 46, 30, 8
"""Heights of a thumbnail in pixels: by itself, beside a chart, and of many layers."""
READABLE = 13
"""Layers lower than this are not all named."""
PICKED = "picked"


def thumbnails(patterns: np.ndarray, *, largest: float | None = None) -> list[str]:
    """A data address for each head of ``patterns`` ``[layer, head, query, key]``, layer by layer.

    largest: the weight at the end of the colours; by default each head's own largest.
    """
    small = _shrink(np.nan_to_num(patterns))
    end = small.max(axis=(-2, -1), keepdims=True) if largest is None else largest
    levels = (np.minimum(small / np.maximum(end, 1e-9), 1) * (LEVELS - 1)).round().astype(np.uint8)
    palette = attention_colours(LEVELS)
    # Repeated cells, so that a browser does not blur neighbouring words into one another.
    rows, columns = (max(1, THUMBNAIL // length) for length in levels.shape[2:])
    return [data_uri(head.repeat(rows, axis=0).repeat(columns, axis=1), palette) for layer in levels for head in layer]


def _shrink(patterns: np.ndarray) -> np.ndarray:
    """Longer axes go down to THUMBNAIL cells, each the largest of those it stands for."""
    for axis in (2, 3):
        length = patterns.shape[axis]
        if length > THUMBNAIL:
            starts = np.arange(THUMBNAIL) * length // THUMBNAIL
            patterns = np.maximum.reduceat(patterns, starts, axis=axis)
    return patterns


def glance(
    heads: pd.DataFrame, *, chosen: tuple[int, int] | None = None, clicks: int = 0, tallest: int | None = None
) -> alt.LayerChart:
    """The layer × head grid of thumbnails; a click picks a head (selection ``picked``: layer, head).

    heads: one row a head with layer, head, name, picture (data address), entropy (normalised) and special_mass (NaN in
    a layer that does not attend, which is grey). clicks: see ``head_grid``. tallest: pixels that all layers together
    may take; their height then shrinks.
    """
    layers = heads["layer"].nunique()
    step = CELL if tallest is None else max(SMALLEST_CELL, min(BESIDE, tallest // max(1, layers)))
    every = 1 if step >= READABLE else math.ceil(READABLE / step)
    x = alt.X(
        "head:O",
        title=_("head"),
        axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False),
        scale=alt.Scale(paddingInner=0.06),
    )
    values = list(range(0, int(heads["layer"].max()) + 1, every))
    y = alt.Y(
        "layer:O",
        title=_("layer"),
        axis=alt.Axis(ticks=False, domain=False, values=values),
        scale=alt.Scale(paddingInner=0.06),
    )
    without = heads["layer"].isin(layers_without(heads, "special_mass"))
    base = alt.Chart(heads[~without].assign(clicks=clicks)).encode(x, y)
    pictures = base.mark_image(
        width=alt.expr("bandwidth('x')"), height=alt.expr("bandwidth('y')"), aspect=False
    ).encode(url=alt.Url("picture:N"))
    pick = alt.selection_point(name=PICKED, fields=["layer", "head", "clicks"], on="click", clear=False)
    targets = (
        base.mark_rect(fillOpacity=0, strokeWidth=3, cursor="pointer")
        .encode(
            stroke=alt.StrokeValue("transparent", condition={"test": _is(chosen), "value": MARK_COLOUR}),
            tooltip=[
                alt.Tooltip("name:N", title=_("head")),
                alt.Tooltip("entropy:Q", title=_("normalised entropy"), format=".2f"),
                alt.Tooltip("special_mass:Q", title=_("on special tokens"), format=".2f"),
            ],
        )
        .add_params(pick)
    )
    drawn = [pictures, targets, *([grey_cells(heads[without], x, y)] if without.any() else [])]
    return layered(*drawn, height=alt.Step(step))


def _is(chosen: tuple[int, int] | None) -> str:
    layer, head = chosen or (-1, -1)
    return f"datum.layer == {int(layer)} && datum.head == {int(head)}"
