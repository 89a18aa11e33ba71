"""How much of a layer one head alone can do."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, TEXT_COLOUR, model_colour
from mhattn_core.heads import head_names, layer_name
from mhattn_core.locale import _


def kept_heads(kept: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A line a layer: a dot for each head that is kept alone, a red tick where all heads of the layer are off, a dashed
    line where all are on.

    kept: rows of ``keep_one.parquet`` of one model, stack, kind and quantity; the head of the least delta is named.
    title: what is measured, with its unit.
    """
    rows = kept.assign(name=head_names(kept), line=kept["layer"].map(layer_name))
    y = alt.Y(
        "line:N", sort=list(dict.fromkeys(rows["line"])), title=_("layer"), axis=alt.Axis(ticks=False, domain=False)
    )
    x = alt.X("ablated:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=8))
    tooltip = [
        alt.Tooltip("name:N", title=_("kept alone")),
        alt.Tooltip("ablated:Q", title=_("with it alone"), format=".3f"),
        alt.Tooltip("all_off:Q", title=_("without the layer's heads"), format=".3f"),
        alt.Tooltip("intact:Q", title=_("with all heads"), format=".3f"),
    ]
    whole = (
        alt.Chart(rows.head(1))
        .mark_rule(color=SPECIAL_COLOUR, strokeDash=[5, 3], strokeWidth=2)
        .encode(alt.X("intact:Q"))
    )
    dots = (
        alt.Chart(rows)
        .mark_point(filled=True, size=60, opacity=0.75, color=model_colour(str(rows["model"].iloc[0])))
        .encode(x, y, tooltip=tooltip)
    )
    off = (
        alt.Chart(rows.drop_duplicates("line"))
        .mark_tick(color=MARK_COLOUR, thickness=3, size=20)
        .encode(alt.X("all_off:Q"), y, tooltip=tooltip[2:])
    )
    best = rows.loc[rows.groupby("line", sort=False)["delta"].idxmin()]
    named = alt.Chart(best).mark_text(dy=-11, fontSize=10, color=TEXT_COLOUR).encode(x, y, text=alt.Text("name:N"))
    return layered(whole, dots, off, named, height=alt.Step(30))
