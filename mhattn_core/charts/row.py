"""One row of a pattern: where one word looks. For narrow screens, and for reading numbers off."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import ATTENTION_SCHEME, SPECIAL_COLOUR, TEXT_COLOUR, label_expression
from mhattn_core.locale import _


def row(table: pd.DataFrame, query_position: int) -> alt.LayerChart:
    """Bars from one query to each key, special mass in grey below; ``table`` as ``pattern_table`` gives it."""
    chosen = table[table["query_position"] == query_position].sort_values("key_position")
    labels = [
        key if kind == "weight" else _("special") for key, kind in zip(chosen["key"], chosen["kind"], strict=True)
    ]
    axis = alt.Axis(labelExpr=label_expression(labels), labelOverlap=False, ticks=False, domain=False)
    base = alt.Chart(chosen).encode(
        alt.Y("key_position:O", axis=axis, title=None),
        alt.X("weight:Q", scale=alt.Scale(domain=[0, 1]), title=_("weight")),
        tooltip=[alt.Tooltip("key:N", title=_("to")), alt.Tooltip("weight:Q", title=_("weight"), format=".3f")],
    )
    colour = alt.Color("weight:Q", scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, 1]), legend=None)
    words = base.transform_filter("datum.kind == 'weight'").mark_bar().encode(colour)
    special = base.transform_filter("datum.kind == 'special'").mark_bar(color=SPECIAL_COLOUR)
    numbers = base.mark_text(align="left", dx=3, color=TEXT_COLOUR).encode(text=alt.Text("weight:Q", format=".2f"))
    return layered(words, special, numbers, height=alt.Step(22))
