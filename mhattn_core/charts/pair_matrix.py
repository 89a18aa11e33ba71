"""A small matrix of words to choose two of them from."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.glance import PICKED
from mhattn_core.charts.theme import ATTENTION_SCHEME, MARK_COLOUR, label_expression
from mhattn_core.locale import _

LARGEST, SMALLEST, SIZE = 30, 9, 320
"""Sides in pixels: of a cell at most and at least, and of the whole."""


def pair_matrix(table: pd.DataFrame, *, chosen: tuple[int, int], clicks: int = 0) -> alt.LayerChart:
    """Weights of one head; a click picks a query and a key (selection ``picked``: query_position, key_position).

    table: as ``matrix_table``, special tokens among the words. chosen: positions of the query and key to frame. clicks:
    see ``head_grid``.
    """
    labels = {
        axis: table.drop_duplicates(f"{axis}_position").sort_values(f"{axis}_position")[axis].tolist()
        for axis in ("query", "key")
    }
    step = min(LARGEST, max(SMALLEST, SIZE // max(map(len, labels.values()))))

    def axis(name: str, **options: object) -> alt.Axis:
        return alt.Axis(
            labelExpr=label_expression(labels[name]),
            labelOverlap=False,
            labelLimit=90,
            ticks=False,
            domain=False,
            **options,
        )

    x = alt.X(
        "key_position:O", axis=axis("key", orient="top", labelAngle=-60, labelPadding=6), title=_("attended word (key)")
    )
    y = alt.Y("query_position:O", axis=axis("query"), title=_("attending word (query)"))
    pick = alt.selection_point(
        name=PICKED, fields=["query_position", "key_position", "clicks"], on="click", clear=False
    )
    cells = (
        alt.Chart(table[["query", "key", "query_position", "key_position", "weight"]].assign(clicks=clicks))
        .mark_rect(cursor="pointer")
        .encode(
            x,
            y,
            alt.Color(
                "weight:Q",
                scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, float(table["weight"].max())]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("query:N", title=_("from")),
                alt.Tooltip("key:N", title=_("to")),
                alt.Tooltip("weight:Q", title=_("weight"), format=".3f"),
            ],
        )
        .add_params(pick)
    )
    query, key = chosen
    frame = (
        alt.Chart(pd.DataFrame({"query_position": [query], "key_position": [key]}))
        .mark_rect(filled=False, stroke=MARK_COLOUR, strokeWidth=3)
        .encode(x, y)
    )
    return layered(cells, frame, width=alt.Step(step), height=alt.Step(step))
