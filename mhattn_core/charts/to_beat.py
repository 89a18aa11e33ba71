"""What a head has to beat, as marks of one kind in every chart of relations."""

import json
from collections.abc import Sequence

import altair as alt
import pandas as pd

from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, TEXT_COLOUR
from mhattn_core.locale import _

COLUMNS = ("class_rule", "control", "random95", "shuffled95")
"""Columns of ``relations.parquet``; the best fixed offset beside them is the grey bar or tick."""
SHAPES = ("diamond", "cross", "triangle-up", "triangle-down")
COLOURS = (TEXT_COLOUR, SPECIAL_COLOUR, MARK_COLOUR, MARK_COLOUR)


def names() -> dict[str, str]:
    """What each is called, in the language of this thread."""
    return {
        "class_rule": _("best class rule"),
        "control": _("negative control"),
        "random95": _("random weights"),
        "shuffled95": _("shuffled weights"),
    }


def to_beat(
    rows: pd.DataFrame, *encoding: alt.SchemaBase, tooltip: Sequence[alt.Tooltip], columns: int = 2
) -> alt.Chart:
    """A mark for each of ``COLUMNS`` that the rows hold; encoding: where the lines of the chart stand; columns: of the
    legend.
    """
    known = names()
    held = [name for name in COLUMNS if name in rows and rows[name].notna().any()] or ["random95"]
    scale = {"domain": [known[name] for name in held]}
    shapes, colours = ([marks[COLUMNS.index(name)] for name in held] for marks in (SHAPES, COLOURS))
    legend = alt.Legend(
        title=None, orient="top", columns=columns, symbolStrokeWidth=1.5, labelFontSize=10, columnPadding=4, offset=6
    )
    return (
        alt.Chart(rows)
        .transform_fold(held, as_=["what", "reached"])
        .transform_calculate(kind=f"{json.dumps(known)}[datum.what]")
        .mark_point(size=34, strokeWidth=1.5, opacity=1)
        .encode(
            *encoding,
            alt.X("reached:Q"),
            alt.Shape("kind:N", scale=alt.Scale(**scale, range=shapes), legend=legend),
            alt.Color("kind:N", scale=alt.Scale(**scale, range=colours), legend=legend),
            tooltip=list(tooltip),
        )
    )
