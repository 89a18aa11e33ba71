"""What heads give from each region of a text to each other."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import ATTENTION_SCHEME
from mhattn_core.locale import _

STEP, NARROW_STEP = 30, 46
DARK_BELOW = 0.55
"""Share of the largest under which the scheme is dark, and a number on it white."""


def region_matrix(cells: pd.DataFrame, *, narrow: bool = False) -> alt.LayerChart:
    """A row for each region that attends, and head where there are several; a column for each attended to. Colours are
    shares, numbers shares and lifts.

    cells: title (of the head), query_region, key_region (as people call them), share, even, lift. narrow: names and
    numbers stand in several short lines.
    """
    several = cells["title"].nunique() > 1
    rows = cells.assign(
        line=cells["title"] + " · " + cells["query_region"] if several else cells["query_region"],
        written=[_written(share, lift) for share, lift in zip(cells["share"], cells["lift"], strict=True)],
    )
    largest = max(float(rows["share"].max()), 1e-9)
    above = alt.Axis(orient="top", labelAngle=0, labelLimit=110)
    beside = alt.Axis(ticks=False, domain=False, labelLimit=220)
    if narrow:
        rows = rows.assign(written=rows["written"].str.replace(" · ", "\n"))
        # Lines of a label run downwards from where one line would stand.
        above.labelExpr, above.labelPadding = "split(datum.label, ' ')", 18
        beside.labelExpr, beside.labelOffset, beside.labelLimit = "split(datum.label, ' · ')", -13, 90
    base = alt.Chart(rows).encode(
        alt.X("key_region:N", sort=None, title=_("to"), axis=above),
        alt.Y("line:N", sort=None, title=_("from"), axis=beside),
        tooltip=[
            alt.Tooltip("title:N", title=_("head")),
            alt.Tooltip("query_region:N", title=_("from")),
            alt.Tooltip("key_region:N", title=_("to")),
            alt.Tooltip("share:Q", title=_("share"), format=".1%"),
            alt.Tooltip("even:Q", title=_("all tokens attended alike"), format=".1%"),
            alt.Tooltip("lift:Q", title=_("lift"), format=".2f"),
        ],
    )
    colour = alt.Color("share:Q", scale=alt.Scale(scheme=ATTENTION_SCHEME, domain=[0, largest]), legend=None)
    on_cell = alt.ColorValue("black", condition={"test": f"datum.share < {DARK_BELOW * largest}", "value": "white"})
    return layered(
        base.mark_rect().encode(colour),
        base.mark_text(fontSize=11, lineBreak="\n", dy=-6 if narrow else 0).encode(
            alt.Text("written:N"), color=on_cell
        ),
        height=alt.Step(NARROW_STEP if narrow else STEP),
    )


def _written(share: float, lift: float) -> str:
    return "" if pd.isna(share) else f"{share:.0%}" if pd.isna(lift) else f"{share:.0%} · ×{lift:.1f}"
