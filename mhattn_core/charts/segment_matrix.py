"""What each word or sentence of a summary takes from each segment of its document."""

from collections.abc import Sequence
from typing import Literal

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import ATTENTION_SCHEME, DIFFERENCE_SCHEME, MARK_COLOUR, label_expression
from mhattn_core.locale import _

PICKED_PART = "picked_part"
MOST_COLUMNS = 60
NAMED = 30
SIGNS = 75
"""How many fit into one line of names, so that ``109–111`` touches no neighbour."""
AROUND = 50
"""Pixels that the axis takes of the height."""
LOWEST_ROW, HIGHEST_ROW, TALLEST = 10, 34, 270
AT_LEAST = 0.1


def segment_matrix(
    cells: pd.DataFrame,
    *,
    value: Literal["lift", "share"],
    seams: Sequence[float] = (),
    chosen: int | None = None,
    clicks: int = 0,
) -> alt.LayerChart:
    """Rows are words or sentences of the summary, columns segments, or groups of neighbouring ones; a click picks a row
    (``picked_part``).

    cells: row (0, 1, 2 …), part (its text), column, segment (its name), share, length (its share of the document's
    words), lift, likest (bool), begins (its first words). The ends of the colours hang on the number of columns alone,
    so that heads, models and summaries can be compared.
    seams: where windows end, in columns. chosen: the row to frame. clicks: as of ``head_grid``. Rows without a value
    stay empty.
    """
    rows, columns = int(cells["row"].max()) + 1, int(cells["column"].max()) + 1
    end = ends(columns)[value]
    step = min(HIGHEST_ROW, max(LOWEST_ROW, TALLEST / rows))
    boxes = cells.assign(
        left=cells["column"] - 0.5,
        right=cells["column"] + 0.5,
        top=cells["row"] - 0.5,
        bottom=cells["row"] + 0.5,
        clicks=clicks,
    )
    parts = cells.drop_duplicates("row").sort_values("row")["part"].tolist()
    names = cells.drop_duplicates("column").sort_values("column")["segment"].astype(str).tolist()
    named = min(NAMED, SIGNS // max(map(len, names)))
    exact = {"nice": False, "zero": False}
    x = alt.X(
        "left:Q",
        title=_("segment of the document"),
        scale=alt.Scale(domain=[-0.5, columns - 0.5], **exact),
        axis=alt.Axis(
            orient="top",
            values=list(range(0, columns, -(-columns // named))),
            labelExpr=label_expression(names),
            labelOverlap=False,
            grid=False,
            ticks=False,
            domain=False,
            labelAngle=0,
        ),
    )
    y = alt.Y(
        "top:Q",
        title=None,
        scale=alt.Scale(domain=[-0.5, rows - 0.5], reverse=True, **exact),
        axis=alt.Axis(
            values=list(range(rows)),
            labelExpr=label_expression(parts),
            labelOverlap=False,
            labelLimit=170,
            labelFontSize=min(11, step - 1),
            grid=False,
            ticks=False,
            domain=False,
        ),
    )
    title = _("lift over length") if value == "lift" else _("share of attention")
    colour = alt.Color(
        f"{value}:Q",
        scale=alt.Scale(
            scheme=DIFFERENCE_SCHEME if value == "lift" else ATTENTION_SCHEME,
            domain=[-end if value == "lift" else 0, end],
            clamp=True,
        ),
        legend=alt.Legend(title=title, gradientLength=160, format="+.2f" if value == "lift" else ".0%"),
    )
    tooltip = [
        alt.Tooltip("part:N", title=_("in the summary")),
        alt.Tooltip("segment:N", title=_("segment")),
        alt.Tooltip("begins:N", title=_("it begins")),
        alt.Tooltip("share:Q", title=_("share of attention"), format=".1%"),
        alt.Tooltip("length:Q", title=_("share of the words"), format=".1%"),
        alt.Tooltip("lift:Q", title=_("lift over length"), format="+.3f"),
        alt.Tooltip("likest:N", title=_("most similar by ROUGE-L")),
    ]
    pick = alt.selection_point(name=PICKED_PART, fields=["row", "clicks"], on="click", clear=False)
    layers = [
        alt.Chart(boxes.dropna(subset=value)).mark_rect().encode(x, alt.X2("right"), y, alt.Y2("bottom"), colour),
        *_likest(boxes, x, y, step),
    ]
    if seams:
        rules = alt.Chart(pd.DataFrame({"left": list(seams)})).mark_rule(
            color=MARK_COLOUR, strokeDash=[6, 4], strokeWidth=2
        )
        layers.append(rules.encode(x))
    if chosen is not None:
        frame = pd.DataFrame(
            {"left": [-0.5], "right": [columns - 0.5], "top": [chosen - 0.5], "bottom": [chosen + 0.5]}
        )
        box = alt.Chart(frame).mark_rect(filled=False, stroke=MARK_COLOUR, strokeWidth=2)
        layers.append(box.encode(x, alt.X2("right"), y, alt.Y2("bottom")))
    # On top of all, or the marks would take the clicks.
    pointed = (
        alt.Chart(boxes)
        .mark_rect(opacity=0, cursor="pointer")
        .encode(x, alt.X2("right"), y, alt.Y2("bottom"), tooltip=tooltip)
    )
    layers.append(pointed.add_params(pick))
    return layered(*layers, height=AROUND + int(rows * step))


def ends(columns: int) -> dict[str, float]:
    """Where the colours end: a lift, and a share, that few heads exceed where there are so many segments."""
    return {"lift": min(1.0, max(AT_LEAST, 2.5 / columns)), "share": min(1.0, max(AT_LEAST, 4 / columns))}


def _likest(boxes: pd.DataFrame, x: alt.X, y: alt.Y, step: float) -> list[alt.Chart]:
    """A diamond in the cell of the segment that a part is likest, dark in light, to be seen on every colour."""
    marked = boxes[boxes["likest"]]
    if marked.empty:
        return []
    middle = marked.assign(left=marked["column"], top=marked["row"])
    return [
        alt.Chart(middle)
        .mark_point(shape="diamond", filled=False, size=(step / 2) ** 2, opacity=1, stroke=stroke, strokeWidth=width)
        .encode(x, y)
        for stroke, width in (("white", 4), ("black", 1.5))
    ]
