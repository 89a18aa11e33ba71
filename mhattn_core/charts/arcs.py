"""A sentence with arcs over it: which links of a relation a head finds, and where it looks instead."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.lines import COLOURS, DASHES
from mhattn_core.charts.theme import SPECIAL_COLOUR, label_expression
from mhattn_core.locale import _

STEPS = 24
"""Straight pieces of which an arc is drawn."""
HEIGHT, LABELS = 150, 70
UPRIGHT_FROM = 14
"""So many words stand upright."""


def arcs(words: Sequence[str], table: pd.DataFrame) -> alt.LayerChart:
    """Arcs from the word that looks (the dot) to the word that is looked at, as high as they are wide.

    table: a row an arc with query_position, key_position and kind: ``right`` (the head looks where it should),
    ``missed`` (where it should) and ``wrong`` (where it looks instead). Colour and dash say the same; wrong arcs hang
    below.
    """
    names = {"right": _("found"), "missed": _("missed"), "wrong": _("looks here instead")}
    shown = [kind for kind in names if (table["kind"] == kind).any()]
    placed = table.reset_index(drop=True).assign(meaning=table["kind"].map(names).to_numpy())
    longest = max(1, int((placed["key_position"] - placed["query_position"]).abs().max())) if len(placed) else 1
    upright = len(words) >= UPRIGHT_FROM
    axis = alt.Axis(
        values=list(range(len(words))),
        labelExpr=label_expression(words),
        labelAngle=-90 if upright else 0,
        labelOverlap=False,
        labelLimit=90,
        orient="bottom",
        grid=False,
        ticks=False,
        domain=False,
    )
    x = alt.X("x:Q", axis=axis, title=None, scale=alt.Scale(domain=[-0.5, len(words) - 0.5], nice=False))
    floor = -longest if "wrong" in shown else 0
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[floor * 1.05 - 0.05, longest * 1.05]))
    scale = {"domain": [names[kind] for kind in shown]}
    legend = alt.Legend(orient="top", title=None, symbolType="stroke", symbolSize=400)
    colour = alt.Color("meaning:N", scale=alt.Scale(range=[COLOURS[kind] for kind in shown], **scale), legend=legend)
    dash = alt.StrokeDash("meaning:N", scale=alt.Scale(range=[DASHES[kind] for kind in shown], **scale), legend=legend)
    tooltip = [
        alt.Tooltip("query:N", title=_("from")),
        alt.Tooltip("key:N", title=_("to")),
        alt.Tooltip("meaning:N", title=_("result")),
    ]
    line = alt.Chart(_points(words, placed)).encode(x, y, colour, tooltip=tooltip)
    starts = (
        alt.Chart(_points(words, placed).query("step == 0"))
        .mark_point(filled=True, size=60, opacity=1)
        .encode(x, y, colour, tooltip=tooltip)
    )
    ground = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=SPECIAL_COLOUR, opacity=0.5).encode(y)
    curves = line.mark_line(strokeWidth=2.5).encode(dash, detail=alt.Detail("arc:N"), order=alt.Order("step:Q"))
    return layered(ground, curves, starts, height=HEIGHT * (2 if floor else 1) + (LABELS if upright else 0))


def _points(words: Sequence[str], placed: pd.DataFrame) -> pd.DataFrame:
    """Half circles from query to key, flattened; int arc and step, float x and y."""
    along = np.linspace(0, np.pi, STEPS + 1)
    pieces = []
    for arc, row in placed.iterrows():
        middle, radius = (
            (row["query_position"] + row["key_position"]) / 2,
            (row["key_position"] - row["query_position"]) / 2,
        )
        side = -1 if row["kind"] == "wrong" else 1
        pieces.append(
            pd.DataFrame(
                {
                    "arc": arc,
                    "step": range(STEPS + 1),
                    "x": middle - radius * np.cos(along),
                    "y": side * 2 * abs(radius) * np.sin(along),
                    "query": words[row["query_position"]],
                    "key": words[row["key_position"]],
                    "meaning": row["meaning"],
                }
            )
        )
    return (
        pd.concat(pieces, ignore_index=True)
        if pieces
        else pd.DataFrame(columns=["arc", "step", "x", "y", "query", "key", "meaning"])
    )
