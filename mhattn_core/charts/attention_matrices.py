"""What one head of each model looks at: a matrix a model, and a cell under the pointer lit up in all of them."""

from typing import Any

import altair as alt
import pandas as pd

from mhattn_core.charts.attention_drawn import NO_TOOLTIP
from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import ATTENTION_SCHEME, DIFFERENCE_SCHEME, MARK_COLOUR, SPECIAL_COLOUR, WORD_COLOUR
from mhattn_core.locale import _

CELL, ROW, COLUMN = "cell", "row", "column"
"""What the pointer is at: both words, the one that attends, the one attended to."""
FROM, TO = 0.3, 0.97
"""Between which shares of a model's width its cells stand; its words stand before."""
SPECIAL_GAP = 0.35
"""Cells between the words and the special tokens."""
ABOVE, STEP, SMALLEST_STEP, TALLEST = 94, 24, 11, 200
"""Pixels above the cells for a title and the words attended to; of a row; of all rows together, while they can be
read.
"""
UNKNOWN_FROM = 0.5


def attention_matrices(
    cells: pd.DataFrame, *, largest: float | None, difference: bool = False, clicks: int = 0
) -> alt.LayerChart:
    """cells: as ``pattern_table`` gives them, one model below another, with panel (0, 1, 2 …) and title. largest: the
    weight where the colours of all of them end; None for each model's own. Cells of the same two words share a frame
    under the pointer, and what shares neither word with them pales. A click picks a cell (selection ``picked``: panel,
    query_position, key_position). difference: weights are differences of two, on a diverging scheme, and so is special
    mass; cells without a weight, whose word stands on one side only, are dashed; tooltips give ``before`` and ``after``.
    clicks: see ``head_grid``.
    """
    rows = int(cells["query_position"].max()) + 1
    step = max(SMALLEST_STEP, min(STEP, TALLEST // rows))
    panels = int(cells["panel"].max()) + 1
    x = {"scale": alt.Scale(domain=[0, panels], nice=False), "axis": None}
    y = {"scale": alt.Scale(domain=[-ABOVE / step, rows], nice=False, reverse=True), "axis": None}
    placed = _placed(cells).assign(clicks=clicks)
    own = placed[placed["kind"] == "weight"].groupby("panel")["weight"].max()
    placed = placed.assign(level=placed["weight"] if largest else placed["weight"] / placed["panel"].map(own))
    pointed = {
        CELL: _pointed(CELL, ["query", "query_position", "key", "key_position"]),
        ROW: _pointed(ROW, ["query", "query_position"]),
        COLUMN: _pointed(COLUMN, ["key", "key_position"]),
        PICKED: alt.selection_point(
            name=PICKED, fields=["panel", "query_position", "key_position", "clicks"], on="click", clear=False
        ),
    }
    encoding = [alt.X("left:Q", **x), alt.Y("top:Q", **y), alt.X2("right:Q"), alt.Y2("bottom:Q")]
    layers = [
        *(
            _differences(placed, encoding, largest or 1.0, pointed)
            if difference
            else _cells(
                placed, encoding, largest or 1.0, _("weight") if largest else _("share of the largest"), pointed
            )
        ),
        *_words(placed, x, y, step, panels),
        _titles(placed, x, y, step, panels),
        *_borders(placed, x, y),
    ]
    return layered(*layers, height=int(ABOVE + rows * step))


def _placed(cells: pd.DataFrame) -> pd.DataFrame:
    """With the corners of each cell, in models across and rows down."""
    parts = []
    for panel, own in cells.groupby("panel", sort=True):
        special = own["kind"] == "special"
        across = int(own["key_position"].max()) + 1 + (SPECIAL_GAP if special.any() else 0)
        wide = (TO - FROM) / across
        left = float(panel) + FROM + (own["key_position"] + SPECIAL_GAP * special) * wide
        parts.append(
            own.assign(left=left, right=left + wide, top=own["query_position"], bottom=own["query_position"] + 1)
        )
    return pd.concat(parts, ignore_index=True)


def _pointed(name: str, fields: list[str]) -> alt.Parameter:
    return alt.selection_point(name=name, fields=fields, on="pointerover", clear="pointerout")


def _cells(
    placed: pd.DataFrame, encoding: list[Any], end: float, title: str, pointed: dict[str, alt.Parameter]
) -> list[alt.Chart]:
    tooltip = [
        alt.Tooltip("title:N", title=_("head")),
        alt.Tooltip("query:N", title=_("from")),
        alt.Tooltip("key:N", title=_("to")),
        alt.Tooltip("weight:Q", title=_("weight"), format=".3f"),
    ]
    framed = alt.StrokeValue("transparent", condition={"param": CELL, "empty": False, "value": MARK_COLOUR})
    pale = alt.OpacityValue(0.35, condition={"test": {"or": [{"param": ROW}, {"param": COLUMN}]}, "value": 1})
    colour = alt.Color(
        "level:Q",
        scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, end], clamp=True),
        legend=alt.Legend(title=title, format=".2f", gradientLength=90),
    )
    words = (
        alt.Chart(placed[placed["kind"] == "weight"])
        .transform_calculate(
            says="datum.title + ': ' + datum.query + ' → ' + datum.key + ' ' + format(datum.weight, '.2f')"
        )
        .mark_rect(strokeWidth=2.5, cursor="pointer")
        .encode(*encoding, colour, stroke=framed, opacity=pale, tooltip=tooltip, description=alt.Description("says:N"))
        .add_params(*pointed.values())
    )
    special = placed[placed["kind"] == "special"]
    if special.empty:
        return [words]
    # A field of its own: two scales on one field would share one legend.
    mass = alt.Opacity("mass:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 1]), legend=None)
    grey = alt.Chart(special.assign(mass=special["weight"])).mark_rect(color=SPECIAL_COLOUR)
    return [words, grey.encode(*encoding, mass, tooltip=[tooltip[0], tooltip[1], tooltip[3]])]


def _differences(
    placed: pd.DataFrame, encoding: list[Any], end: float, pointed: dict[str, alt.Parameter]
) -> list[alt.Chart]:
    tooltip = [
        alt.Tooltip("title:N", title=_("head")),
        alt.Tooltip("query:N", title=_("from")),
        alt.Tooltip("key:N", title=_("to")),
        alt.Tooltip("before:Q", title=_("before"), format=".3f"),
        alt.Tooltip("after:Q", title=_("after"), format=".3f"),
        alt.Tooltip("weight:Q", title=_("difference"), format="+.3f"),
    ]
    colour = alt.Color(
        "weight:Q",
        scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-end, end], clamp=True),
        legend=alt.Legend(title=_("difference"), format="+.2f", gradientLength=90),
    )
    framed = alt.StrokeValue("transparent", condition={"param": CELL, "empty": False, "value": MARK_COLOUR})
    pale = alt.OpacityValue(0.35, condition={"test": {"or": [{"param": ROW}, {"param": COLUMN}]}, "value": 1})
    known = alt.Chart(placed.dropna(subset="weight")).mark_rect(strokeWidth=2.5)
    one_sided = alt.Chart(placed[placed["weight"].isna()]).mark_rect(
        filled=False, stroke=SPECIAL_COLOUR, strokeDash=[2, 2], strokeWidth=0.7
    )
    return [
        one_sided.encode(*encoding, tooltip=tooltip[:-1]),
        known.encode(*encoding, colour, stroke=framed, opacity=pale, tooltip=tooltip).add_params(*pointed.values()),
    ]


def _words(placed: pd.DataFrame, x: dict[str, Any], y: dict[str, Any], step: float, panels: int) -> list[alt.Chart]:
    size = max(8.0, min(13.0, step - 2))
    queries = _labels(placed, "query")
    keys = _labels(placed, "key").assign(
        # A word of few letters for what stands apart from the words.
        label=lambda rows: rows["label"].where(rows["kind"] == "weight", _("special"))
    )
    across = {"fontSize": size, "color": WORD_COLOUR}
    limit = alt.expr(f"{FROM - 0.03} * width / {panels}")
    upright = keys.groupby("panel").size().max() * size > 0.55 * 640 / panels
    return [
        alt.Chart(queries)
        .mark_text(align="right", baseline="middle", dx=-4, limit=limit, **across)
        .encode(
            alt.X("edge:Q", **x),
            alt.Y("middle:Q", **y),
            text=alt.Text("label:N"),
            opacity=alt.OpacityValue(0.45, condition={"param": ROW, "value": 1}),
            tooltip=NO_TOOLTIP,
        ),
        alt.Chart(keys)
        .mark_text(
            align="left", baseline="middle", angle=270 if upright else 315, dx=3, limit=58 if upright else 78, **across
        )
        .encode(
            alt.X("middle:Q", **x),
            alt.Y("edge:Q", **y),
            text=alt.Text("label:N"),
            opacity=alt.OpacityValue(0.45, condition={"param": COLUMN, "value": 1}),
            tooltip=NO_TOOLTIP,
        ),
    ]


def _labels(placed: pd.DataFrame, axis: str) -> pd.DataFrame:
    """The words of an axis of each model: label, the edge of the cells where it stands, and the middle of its row."""
    one = placed.drop_duplicates(["panel", f"{axis}_position"] if axis == "query" else ["panel", "left"])
    unknown = one[f"{axis}_unknown"] >= UNKNOWN_FROM
    low, high = ("top", "bottom") if axis == "query" else ("left", "right")
    return one.assign(
        label=one[axis].where(~unknown, "▨ " + one[axis]),
        edge=one["panel"] + FROM if axis == "query" else 0.0,
        middle=(one[low] + one[high]) / 2,
    )[["panel", "kind", "query", "query_position", "key", "key_position", "label", "edge", "middle"]]


def _titles(placed: pd.DataFrame, x: dict[str, Any], y: dict[str, Any], step: float, panels: int) -> alt.Chart:
    titles = placed.drop_duplicates("panel").assign(
        at=lambda rows: rows["panel"] + 0.5,
        lines=lambda rows: rows["title"].str.replace(" · ", "\n", n=1),
        up=(10 - ABOVE) / step,
    )
    return (
        alt.Chart(titles[["lines", "at", "up"]])
        .mark_text(
            fontWeight="bold",
            fontSize=13,
            color=WORD_COLOUR,
            lineBreak="\n",
            limit=alt.expr(f"0.97 * width / {panels}"),
        )
        .encode(alt.X("at:Q", **x), alt.Y("up:Q", **y), text=alt.Text("lines:N"), tooltip=NO_TOOLTIP)
    )


def _borders(placed: pd.DataFrame, x: dict[str, Any], y: dict[str, Any]) -> list[alt.Chart]:
    """Between the two sentences, where both stand on one axis."""
    words = placed[placed["kind"] == "weight"]
    lines = []
    for axis, edge in (("query", "top"), ("key", "left")):
        for _panel, own in words.groupby("panel"):
            second = own[own[f"{axis}_side"] == "b"]
            if len(second) and (own[f"{axis}_side"] == "a").any():
                ends = own[["left", "right", "top", "bottom"]].agg(
                    {"left": "min", "right": "max", "top": "min", "bottom": "max"}
                )
                lines.append(
                    {**ends, {"top": "bottom", "left": "right"}[edge]: second[edge].min(), edge: second[edge].min()}
                )
    if not lines:
        return []
    rule = alt.Chart(pd.DataFrame(lines)).mark_rule(color=MARK_COLOUR, strokeDash=[5, 3])
    return [
        rule.encode(
            alt.X("left:Q", **x), alt.Y("top:Q", **y), alt.X2("right:Q"), alt.Y2("bottom:Q"), tooltip=NO_TOOLTIP
        )
    ]
