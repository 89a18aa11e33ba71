"""All heads at a glance: each pattern a thumbnail, layers down, heads across."""

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.theme import MARK_COLOUR, attention_colours, data_uri
from mhattn_core.locale import _

THUMBNAIL = 48
"""The longest side of a thumbnail, in pixels; longer sentences are shrunk so that the strongest cells stay."""
LEVELS = 64
PICKED = "picked"


def thumbnails(patterns: np.ndarray, *, same_scale: bool) -> list[str]:
    """A data address for each head of ``patterns`` ``[layer, head, query, key]``, layer by layer.

    same_scale: colours go to the largest weight of all heads instead of each head's own.
    """
    small = _shrink(np.nan_to_num(patterns))
    largest = small.max() if same_scale else small.max(axis=(-2, -1), keepdims=True)
    levels = (small / np.maximum(largest, 1e-9) * (LEVELS - 1)).round().astype(np.uint8)
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


def glance(heads: pd.DataFrame, *, chosen: tuple[int, int] | None = None, clicks: int = 0) -> alt.LayerChart:
    """The layer × head grid of thumbnails; a click picks a head (selection ``picked``: layer, head).

    heads: one row a head with layer, head, name, picture (data address), entropy (normalised) and special_mass. clicks:
    see ``head_grid``.
    """
    x = alt.X(
        "head:O",
        title=_("head"),
        axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False),
        scale=alt.Scale(paddingInner=0.06),
    )
    y = alt.Y("layer:O", title=_("layer"), axis=alt.Axis(ticks=False, domain=False), scale=alt.Scale(paddingInner=0.06))
    base = alt.Chart(heads.assign(clicks=clicks)).encode(x, y)
    pictures = base.mark_image(
        width=alt.expr("bandwidth('x')"), height=alt.expr("bandwidth('y')"), aspect=False
    ).encode(url="picture:N")
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
    return alt.layer(pictures, targets, height=alt.Step(46))


def _is(chosen: tuple[int, int] | None) -> str:
    layer, head = chosen or (-1, -1)
    return f"datum.layer == {int(layer)} && datum.head == {int(head)}"
