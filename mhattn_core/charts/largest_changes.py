"""The weights of heads that an edit of the sentence changed most."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import DIFFERENCE_SCHEME, SPECIAL_COLOUR
from mhattn_core.locale import _

LISTED = 12
STEP = 22


def largest_changes(cells: pd.DataFrame) -> alt.LayerChart:
    """A bar from what each weight was to what it is, for the twelve that changed most; a dot at the end.

    cells: title (of the head), query, key, before, after, weight (their difference, NaN where a word stands on one side
    only).
    """
    known = cells.dropna(subset="weight")
    rows = known.loc[known["weight"].abs().sort_values(ascending=False, kind="stable").index[:LISTED]]
    rows = rows.assign(
        name=rows["query"] + " ⟶ " + rows["key"].where(rows["kind"] == "weight", _("special")),
        where=range(len(rows)),
    )
    if cells["title"].nunique() > 1:
        rows = rows.assign(name=rows["name"] + " · " + rows["title"])
    end = max(float(rows["weight"].abs().max()), 1e-9) if len(rows) else 1.0
    base = alt.Chart(rows[["name", "where", "title", "before", "after", "weight"]]).encode(
        alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=190)),
        alt.Color("weight:Q", scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-end, end]), legend=None),
        tooltip=[
            alt.Tooltip("title:N", title=_("head")),
            alt.Tooltip("before:Q", title=_("before"), format=".3f"),
            alt.Tooltip("after:Q", title=_("after"), format=".3f"),
        ],
    )
    x = alt.X("before:Q", title=_("weight, before to after"))
    return layered(
        base.mark_bar(height=7, stroke=SPECIAL_COLOUR, strokeWidth=0.5).encode(x, alt.X2("after")),
        base.mark_point(filled=True, size=70, opacity=1, stroke=SPECIAL_COLOUR, strokeWidth=0.7).encode(
            alt.X("after:Q")
        ),
        height=alt.Step(STEP),
    )
