"""One head in full: query words down, key words across."""

import math

import altair as alt
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import (
    ATTENTION_SCHEME,
    MARK_COLOUR,
    SPECIAL_COLOUR,
    attention_colours,
    data_uri,
    label_expression,
    png_uri,
)
from mhattn_core.locale import _

CELLS_DRAWN = 4096
"""Above so many cells the matrix is one picture, and only its strongest cells answer to the pointer."""
CELLS_WITH_TOOLTIP = 1000
LABELS_DRAWN = 40
"""Above so many words only every second, third … is named on the axis."""
TALLEST = 400
AXIS_HEIGHT = 85
LEGEND_HEIGHT = 105
"""Of few words the cells are made higher, or the legend would be cut."""
SLANTED_BELOW = 20
"""Fewer labels than this stand slanted across the top; more stand upright, which takes less room."""
UNKNOWN_FROM = 0.5
"""A word of which this share is unknown to the tokenizer is hatched."""
POINTED = ["left", "right", "top", "bottom", "query", "query_position", "key", "key_position", "weight"]


def matrix(table: pd.DataFrame, *, largest: float | None = None, tallest: int = TALLEST) -> alt.LayerChart:
    """Draw a pattern as ``pattern_table`` gives it.

    largest: the weight at the end of the colour scale; by default the largest of this matrix. tallest: pixels that all
    rows together take, while they can be read. Special mass stands as one grey column behind the last word, so that
    each row visibly sums to one.
    """
    cells = table[table["kind"] == "weight"]
    largest = largest or max(float(cells["weight"].max()), 1e-9)
    queries = _labels(table, "query")
    keys = _labels(cells, "key")
    special = bool((table["kind"] == "special").any())
    if special:
        keys = [*keys, _("special")]
    x, y = _axes(queries, keys, special)
    boxes = table.assign(
        left=table["key_position"] - 0.5 + np.where(table["kind"] == "special", 0.35, 0),
        right=table["key_position"] + 0.5 + np.where(table["kind"] == "special", 0.35, 0),
        top=table["query_position"] - 0.5,
        bottom=table["query_position"] + 0.5,
    )
    cells_or_picture = _picture if len(table) > CELLS_DRAWN else _cells
    layers = cells_or_picture(boxes, x, y, largest) + _hatching(boxes, x, y) + _borders(table, x, y)
    return layered(*layers, height=_height(len(queries), tallest))


def _labels(table: pd.DataFrame, axis: str) -> list[str]:
    rows = table.drop_duplicates(f"{axis}_position").sort_values(f"{axis}_position")
    return [
        f"▨ {label}" if unknown >= UNKNOWN_FROM else label
        for label, unknown in zip(rows[axis], rows[f"{axis}_unknown"], strict=True)
    ]


def _height(rows: int, tallest: int) -> int:
    # The axis and its labels take their share of the height.
    return AXIS_HEIGHT + (
        max(int(rows * min(27.0, max(12.0, tallest / rows))), LEGEND_HEIGHT) if rows <= LABELS_DRAWN else 560
    )


def _axes(queries: list[str], keys: list[str], special: bool) -> tuple[alt.X, alt.Y]:
    def axis(labels: list[str], **options: object) -> alt.Axis:
        step = math.ceil(len(labels) / LABELS_DRAWN)
        values = list(range(0, len(labels), step))
        if special and len(labels) - 1 not in values and labels is keys:
            values.append(len(labels) - 1)
        return alt.Axis(
            values=values,
            labelExpr=label_expression(labels),
            labelOverlap=False,
            grid=False,
            ticks=False,
            domain=False,
            **options,
        )

    right = len(keys) - 0.5 + (0.35 if special else 0)
    x_scale = alt.Scale(domain=[-0.5, right], nice=False, zero=False)
    y_scale = alt.Scale(domain=[-0.5, len(queries) - 0.5], nice=False, zero=False, reverse=True)
    x_axis = axis(
        keys, orient="top", labelAngle=-50 if len(keys) < SLANTED_BELOW else -90, labelLimit=110, labelPadding=6
    )
    y_axis = axis(queries, labelLimit=120)
    return (
        alt.X("left:Q", scale=x_scale, axis=x_axis, title=_("attended word (key)")),
        alt.Y("top:Q", scale=y_scale, axis=y_axis, title=_("attending word (query)")),
    )


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("query:N", title=_("from")),
        alt.Tooltip("query_position:Q", title=_("position of query")),
        alt.Tooltip("key:N", title=_("to")),
        alt.Tooltip("key_position:Q", title=_("position of key")),
        alt.Tooltip("weight:Q", title=_("weight"), format=".3f"),
    ]


def _special_tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("query:N", title=_("from")),
        alt.Tooltip("weight:Q", title=_("on special tokens"), format=".3f"),
    ]


def _cells(boxes: pd.DataFrame, x: alt.X, y: alt.Y, largest: float) -> list[alt.Chart]:
    colour = _colour(largest)
    words = (
        alt.Chart(boxes[boxes["kind"] == "weight"])
        .mark_rect()
        .encode(x, alt.X2("right"), y, alt.Y2("bottom"), colour, tooltip=_tooltip())
    )
    special = boxes[boxes["kind"] == "special"]
    if special.empty:
        return [words]
    # A field of its own: two scales on one field would share one legend.
    opacity = alt.Opacity("mass:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 1]), legend=None)
    grey = (
        alt.Chart(special.assign(mass=special["weight"]))
        .mark_rect(color=SPECIAL_COLOUR)
        .encode(x, alt.X2("right"), y, alt.Y2("bottom"), opacity, tooltip=_special_tooltip())
    )
    return [words, grey]


def _colour(largest: float) -> alt.Color:
    return alt.Color(
        "weight:Q",
        scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, largest], clamp=True),
        legend=alt.Legend(title=_("weight"), type="gradient", format=".2f", gradientLength=90, gradientOpacity=1),
    )


def _picture(boxes: pd.DataFrame, x: alt.X, y: alt.Y, largest: float) -> list[alt.Chart]:
    """The whole matrix as one picture, under transparent boxes where its strongest cells are."""
    grid = (
        boxes[boxes["kind"] == "weight"]
        .pivot(index="query_position", columns="key_position", values="weight")
        .to_numpy()
    )
    palette = attention_colours()
    levels = (np.clip(np.nan_to_num(grid) / largest, 0, 1) * (len(palette) - 1)).round().astype(np.uint8)
    rows, columns = grid.shape
    place = pd.DataFrame(
        {"left": [(columns - 1) / 2], "top": [(rows - 1) / 2], "picture": [data_uri(_enlarged(levels), palette)]}
    )
    span = x.to_dict()["scale"]["domain"]
    share = columns / (span[1] - span[0])
    picture = (
        alt.Chart(place)
        .mark_image(width=alt.expr(f"width * {share}"), height=alt.expr("height"), aspect=False)
        .encode(x, y, url=alt.Url("picture:N"))
    )
    strongest = boxes.loc[boxes["kind"] == "weight", POINTED].nlargest(CELLS_WITH_TOOLTIP, "weight")
    pointer = (
        alt.Chart(strongest)
        .mark_rect(opacity=0)
        .encode(x, alt.X2("right"), y, alt.Y2("bottom"), _colour(largest), tooltip=_tooltip())
    )
    return [picture, pointer, *_cells(boxes[boxes["kind"] == "special"], x, y, largest)[1:]]


def _enlarged(levels: np.ndarray) -> np.ndarray:
    """Cells repeated, so that a browser does not blur neighbouring words into one another."""
    factor = max(1, 1200 // max(levels.shape))
    return levels.repeat(factor, axis=0).repeat(factor, axis=1)


def _hatching(boxes: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Hatch rows and columns of words that the tokenizer does not know."""
    unknown = boxes[
        (boxes["kind"] == "weight")
        & ((boxes["query_unknown"] >= UNKNOWN_FROM) | (boxes["key_unknown"] >= UNKNOWN_FROM))
    ]
    if unknown.empty or len(boxes) > CELLS_DRAWN:
        return []
    columns, rows = boxes["key_position"].nunique(), boxes["query_position"].nunique()
    hatched = unknown.assign(left=unknown["key_position"], top=unknown["query_position"])
    return [
        alt.Chart(hatched)
        .mark_image(
            url=_hatch_tile(), width=alt.expr(f"width / {columns}"), height=alt.expr(f"height / {rows}"), aspect=False
        )
        .encode(x, y, tooltip=_tooltip())
    ]


def _hatch_tile() -> str:
    tile = Image.new("RGBA", (48, 48), (128, 128, 128, 90))
    draw = ImageDraw.Draw(tile)
    for start in range(-48, 96, 12):
        draw.line([(start, 48), (start + 48, 0)], fill=(255, 255, 255, 200), width=2)
    return png_uri(tile)


def _borders(table: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Lines between sentence A and sentence B, where both stand on one axis."""
    lines = []
    for axis in ("query", "key"):
        sides = (
            table[table["kind"] == "weight"]
            .drop_duplicates(f"{axis}_position")
            .set_index(f"{axis}_position")[f"{axis}_side"]
        )
        second = sides[sides == "b"]
        if second.empty or not (sides == "a").any():
            continue
        at = float(second.index.min()) - 0.5
        if axis == "query":
            line = alt.Chart(pd.DataFrame({"top": [at]})).mark_rule(color=MARK_COLOUR, strokeDash=[5, 3]).encode(y)
        else:
            line = alt.Chart(pd.DataFrame({"left": [at]})).mark_rule(color=MARK_COLOUR, strokeDash=[5, 3]).encode(x)
        lines.append(line)
    return lines
