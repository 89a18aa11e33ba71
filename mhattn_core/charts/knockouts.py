"""What a model loses without a relation's edges in one head, beside other edges of the same head."""

import altair as alt
import pandas as pd

from mhattn_core.charts.rings_and_dots import rings_and_dots
from mhattn_core.locale import _


def knockouts(relations: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A row for each relation and its head: a ring at the effect of other edges, a dot at that of as much of the
    relation's.

    The bar is the interval of their difference, seen from the ring: a ring outside it is one that differs.

    relations: label, name (of the head), and rows of ``knockouts.parquet`` of one model and kind. title: what is
    measured, with its unit.
    """
    rows = relations.assign(
        name=relations["name"] + " · " + relations["label"],  # a long label loses its end
        bar_low=relations["other"] + relations["specific_low"],
        bar_high=relations["other"] + relations["specific_high"],
    )
    names = [_("other edges out"), _("its edges out")]
    tooltip = [
        alt.Tooltip("name:N"),
        alt.Tooltip("edges:Q", title=_("edges")),
        alt.Tooltip("other:Q", title=names[0], format="+.5f"),
        alt.Tooltip("equal:Q", title=names[1], format="+.5f"),
        alt.Tooltip("equal_weight:Q", title=_("weight taken out"), format=".2f"),
        alt.Tooltip("delta:Q", title=_("all its edges out"), format="+.5f"),
        alt.Tooltip("edge_weight:Q", title=_("their weight"), format=".2f"),
        alt.Tooltip("n:Q", title="n"),
    ]
    return rings_and_dots(rows, ring="other", dot="equal", names=names, title=title, tooltip=tooltip)
