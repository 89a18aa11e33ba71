"""What a pair costs without single weights of a word."""

import altair as alt
import pandas as pd

from mhattn_core.charts.rings_and_dots import rings_and_dots
from mhattn_core.locale import _


def edge_effects(edges: pd.DataFrame, *, looked_at: int, title: str) -> alt.LayerChart:
    """A row for each word that is looked at, in the order of the sentence; the chosen one is marked by an arrow.

    edges: model, name (of the word), looked_at, weight, knockout and zero_weight: the changes without its weight, the
    others growing or not. title: what is measured, with its unit.
    """
    names = [_("set to 0, the others stay"), _("removed, the others grow")]
    chosen = edges["looked_at"] == looked_at
    rows = edges.assign(name=edges["name"].mask(chosen, "▸ " + edges["name"]), bar_low=None, bar_high=None)
    tooltip = [
        alt.Tooltip("name:N", title=_("to")),
        alt.Tooltip("weight:Q", title=_("weight"), format=".3f"),
        alt.Tooltip("knockout:Q", title=names[1], format="+.5f"),
        alt.Tooltip("zero_weight:Q", title=names[0], format="+.5f"),
    ]
    return rings_and_dots(rows, ring="zero_weight", dot="knockout", names=names, title=title, tooltip=tooltip)
