"""What whole groups of heads cost, beside the sum of what their heads cost one at a time."""

import altair as alt
import pandas as pd

from mhattn_core.charts.compose import layered
from mhattn_core.charts.theme import MARK_COLOUR, SPECIAL_COLOUR, model_colour
from mhattn_core.locale import _, listed

NAMED = 3


def group_costs(groups: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A row for each group: a ring at the sum of its heads' single costs, a dot at the cost of all of them together.

    The bar around the dot is the interval of their difference, so that a ring outside it is one that differs.

    groups: rows of ``cluster_ablation.parquet`` of one model, stack, kind and quantity. title: what is measured, with
    its unit.
    """
    rows = groups.assign(
        name=group_names(groups),
        bar_low=groups["sum_of_single"] + groups["excess_low"],
        bar_high=groups["sum_of_single"] + groups["excess_high"],
    ).sort_values("excess", ascending=False)
    names = [_("one head at a time, summed"), _("all together")]
    colour = alt.Color(
        "which:N",
        title=None,
        scale=alt.Scale(domain=names, range=[MARK_COLOUR, model_colour(str(rows["model"].iloc[0]))]),
        legend=alt.Legend(orient="top", columns=1, symbolType="circle", labelLimit=300),
    )
    y = alt.Y("name:N", sort=list(rows["name"]), title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=260))
    tooltip = [
        alt.Tooltip("heads:N", title=_("heads")),
        alt.Tooltip("size:Q", title=_("number of heads")),
        alt.Tooltip("sum_of_single:Q", title=names[0], format="+.4f"),
        alt.Tooltip("together:Q", title=names[1], format="+.4f"),
        alt.Tooltip("excess:Q", title=_("together less the sum"), format="+.4f"),
    ]
    base = alt.Chart(rows).encode(y, tooltip=tooltip)
    layers = [
        base.mark_rule(color=SPECIAL_COLOUR, opacity=0.5).encode(
            alt.X("sum_of_single:Q", title=title), alt.X2("together")
        )
    ]
    if rows["excess_low"].notna().any():
        layers.append(
            base.mark_rule(color=SPECIAL_COLOUR, strokeWidth=3).encode(alt.X("bar_low:Q"), alt.X2("bar_high"))
        )
    dots = alt.Chart(rows.assign(which=names[1])).mark_point(filled=True, size=90, opacity=1)
    rings = alt.Chart(rows.assign(which=names[0])).mark_point(size=110, strokeWidth=2.5, opacity=1)
    layers += [
        points.encode(alt.X(f"{column}:Q"), y, colour, tooltip=tooltip)
        for points, column in ((dots, "together"), (rings, "sum_of_single"))
    ]
    return layered(*layers, height=alt.Step(24))


def group_names(groups: pd.DataFrame) -> list[str]:
    """The first heads of each group, and how many more there are."""
    found = []
    for heads in groups["heads"].str.split(", "):
        more = f" + {len(heads) - NAMED}" if len(heads) > NAMED else ""
        found.append(listed(heads[:NAMED]) + more)
    return found
