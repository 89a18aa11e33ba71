"""One measure of two checkpoints of one architecture, head against head."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import DIFFERENCE_SCHEME, MARK_COLOUR, SPECIAL_COLOUR
from mhattn_core.heads import head_names
from mhattn_core.locale import _

SIDE = 400
ROOM = 0.04
"""Beyond the outermost marks, as a share of the axis, so that none is cut."""


def before_after(
    table: pd.DataFrame, *, title: str, chosen: tuple[int, int] | None = None, clicks: int = 0
) -> alt.LayerChart:
    """A mark a head, its value in model a across and in model b up; on the diagonal nothing changed. A click picks a
    head (``picked``).

    table: rows of one measure and stack, as ``difference`` gives them. title: the measure with its unit. chosen: the
    head to circle.
    clicks: as in ``head_grid``.
    """
    rows = table.assign(name=head_names(table), clicks=clicks).dropna(subset="value")
    model_a, model_b = (str(rows[column].iloc[0]) for column in ("model_a", "model_b"))
    ends = [float(rows[["a", "b"]].min(axis=None)), float(rows[["a", "b"]].max(axis=None))]
    room = (ends[1] - ends[0]) * ROOM
    largest = max(float(rows["value"].abs().max()), 1e-9)
    scale = alt.Scale(domain=[ends[0] - room, ends[1] + room], nice=False, zero=False)
    x = alt.X("a:Q", scale=scale, title=f"{title} · {model_a}")
    y = alt.Y("b:Q", scale=scale, title=f"{title} · {model_b}")
    diagonal = (
        alt.Chart(pd.DataFrame({"a": ends, "b": ends})).mark_line(color=SPECIAL_COLOUR, strokeDash=[5, 3]).encode(x, y)
    )
    pick = alt.selection_point(name=PICKED, fields=["layer", "head", "clicks"], on="click", clear=False)
    layer, head = chosen or (-1, -1)
    marks = (
        alt.Chart(rows)
        .mark_point(filled=True, size=90, opacity=1, cursor="pointer", strokeWidth=1)
        .encode(
            x,
            y,
            alt.Color(
                "value:Q",
                title=_("difference"),
                scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-largest, largest]),
                legend=alt.Legend(gradientLength=120, format="+.2f"),
            ),
            stroke=alt.StrokeValue(
                SPECIAL_COLOUR,
                condition={"test": f"datum.layer == {layer} && datum.head == {head}", "value": MARK_COLOUR},
            ),
            strokeWidth=alt.StrokeWidthValue(
                0.7, condition={"test": f"datum.layer == {layer} && datum.head == {head}", "value": 3}
            ),
            tooltip=[
                alt.Tooltip("name:N", title=_("head")),
                alt.Tooltip("a:Q", title=model_a, format=".3f"),
                alt.Tooltip("b:Q", title=model_b, format=".3f"),
                alt.Tooltip("value:Q", title=_("difference"), format="+.3f"),
            ],
        )
        .add_params(pick)
    )
    layers = [diagonal, marks]
    if rows["low"].notna().any():
        spans = rows.assign(bottom=rows["a"] + rows["low"], top=rows["a"] + rows["high"])
        layers.insert(
            1,
            alt.Chart(spans)
            .mark_rule(color=SPECIAL_COLOUR, opacity=0.6)
            .encode(x, alt.Y("bottom:Q", scale=scale), alt.Y2("top")),
        )
    return layered(*layers, height=SIDE)
