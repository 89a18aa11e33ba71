"""What whole groups of heads cost, beside the sum of what their heads cost one at a time."""

import altair as alt
import pandas as pd

from mhattn_core.charts.rings_and_dots import rings_and_dots
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
    tooltip = [
        alt.Tooltip("heads:N", title=_("heads")),
        alt.Tooltip("size:Q", title=_("number of heads")),
        alt.Tooltip("sum_of_single:Q", title=names[0], format="+.4f"),
        alt.Tooltip("together:Q", title=names[1], format="+.4f"),
        alt.Tooltip("excess:Q", title=_("together less the sum"), format="+.4f"),
    ]
    return rings_and_dots(rows, ring="sum_of_single", dot="together", names=names, title=title, tooltip=tooltip)


def group_names(groups: pd.DataFrame) -> list[str]:
    """The first heads of each group, and how many more there are."""
    found = []
    for heads in groups["heads"].str.split(", "):
        more = f" + {len(heads) - NAMED}" if len(heads) > NAMED else ""
        found.append(listed(heads[:NAMED]) + more)
    return found
