"""A sum as steps up and down: what each dimension adds to a dot product."""

import math

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, TEXT_COLOUR, label_expression
from mhattn_core.locale import _

ADDS, TAKES = "#E08214", "#8073AC"
"""The two ends of the diverging scheme."""
NAMED = 40
"""Above so many dimensions only every second, third … is named."""
HEIGHT = 300


def waterfall(products: pd.DataFrame) -> alt.LayerChart:
    """Bars from one running total to the next, the largest product first; the line is the sum of all.

    products: a row for each dimension with dimension, query, key and product, in any order. A bar that goes up adds,
    one that goes down takes away; colour says the same.
    """
    rows = products.sort_values("product", ascending=False, ignore_index=True)
    rows["total"] = rows["product"].cumsum()
    rows["before"] = rows["total"] - rows["product"]
    rows["rank"] = rows.index
    total = float(rows["total"].iloc[-1])
    step = math.ceil(len(rows) / NAMED)
    axis = alt.Axis(
        values=list(range(0, len(rows), step)),
        labelExpr=label_expression([str(number) for number in rows["dimension"]]),
        labelOverlap=True,
        labelAngle=-90 if len(rows) > NAMED // 2 else 0,
        grid=False,
        ticks=False,
    )
    scale = alt.Scale(domain=[-0.6, len(rows) - 0.4], nice=False)
    base = alt.Chart(rows.assign(left=rows["rank"] - 0.45, right=rows["rank"] + 0.45, adds=rows["product"] >= 0))
    x = alt.X("left:Q", scale=scale, axis=axis, title=_("dimension, the largest product first"))
    bars = base.mark_rect().encode(
        x,
        alt.X2("right"),
        alt.Y("before:Q", title=_("running total of the products")),
        alt.Y2("total"),
        color=alt.ColorValue(TAKES, condition={"test": "datum.adds", "value": ADDS}),
        tooltip=[
            alt.Tooltip("dimension:Q", title=_("dimension")),
            alt.Tooltip("query:Q", title=_("query"), format=".4f"),
            alt.Tooltip("key:Q", title=_("key"), format=".4f"),
            alt.Tooltip("product:Q", title=_("product"), format=".4f"),
            alt.Tooltip("total:Q", title=_("total so far"), format=".4f"),
        ],
    )
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=SPECIAL_COLOUR).encode(alt.Y("y:Q"))
    end = pd.DataFrame({"y": [total], "left": [-0.5], "text": [_("sum {total:.2f}").format(total=total)]})
    line = alt.Chart(end).mark_rule(color=MARK_COLOUR, strokeDash=[5, 3]).encode(alt.Y("y:Q"))
    named = (
        alt.Chart(end)
        .mark_text(color=TEXT_COLOUR, align="left", dx=2, dy=-8, fontWeight="bold")
        .encode(x, alt.Y("y:Q"), text=alt.Text("text:N"))
    )
    return layered(zero, bars, line, named, height=HEIGHT)
