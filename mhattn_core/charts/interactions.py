"""Whether two heads compensate for each other."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import DIFFERENCE_SCHEME, SPECIAL_COLOUR
from mhattn_core.heads import head_names
from mhattn_core.locale import _

LISTED = 15


def interactions(pairs: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A bar for two heads: what both cost together less what each costs alone, with its interval; the strongest 15.

    pairs: rows of ``interactions.parquet`` of one model, kind and quantity. title: what is measured, with its unit;
    behind " · " another line.
    """
    rows = (
        pairs.assign(name=pair_names(pairs)).sort_values("interaction", key=lambda values: -values.abs()).head(LISTED)
    )
    rows = rows.sort_values("interaction", ascending=False)
    largest = max(float(rows["interaction"].abs().max()), 1e-9)
    base = alt.Chart(rows).encode(
        alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=220)),
        tooltip=[
            alt.Tooltip("name:N", title=_("heads")),
            alt.Tooltip("delta_a:Q", title=_("first alone off"), format="+.4f"),
            alt.Tooltip("delta_b:Q", title=_("second alone off"), format="+.4f"),
            alt.Tooltip("delta_both:Q", title=_("both off"), format="+.4f"),
            alt.Tooltip("interaction:Q", title=_("interaction"), format="+.4f"),
        ],
    )
    bars = base.mark_bar(stroke=SPECIAL_COLOUR, strokeWidth=0.5).encode(
        alt.X("interaction:Q", title=title.split(" · ")),
        color=alt.Color(
            "interaction:Q", scale=alt.Scale(scheme=DIFFERENCE_SCHEME, domain=[-largest, largest]), legend=None
        ),
    )
    layers = [bars]
    if rows["low"].notna().any():
        layers.append(base.mark_rule(color=SPECIAL_COLOUR, strokeWidth=2).encode(alt.X("low:Q"), alt.X2("high")))
    return layered(*layers, height=alt.Step(22))


def pair_names(pairs: pd.DataFrame) -> pd.Series:
    """``L0 H1 + L2 H3`` for each row, with the stacks where there are several."""
    pairs = pairs.rename(columns={"stack": "stack_a"})
    several = pd.concat([pairs["stack_a"], pairs["stack_b"]]).nunique() > 1
    return head_names(pairs, "_a", stack=several) + " + " + head_names(pairs, "_b", stack=several)
