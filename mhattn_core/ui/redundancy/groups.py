"""The tree of a model's heads, and how many groups the data bear."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.clusters import Groups
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import draw
from mhattn_core.ui.redundancy.data import SHUFFLES, Redundancy, groups_of


def groups_view(found: Redundancy) -> None:
    """The tab *groups*."""
    with st.spinner(_("Comparing with heads whose words are shuffled …")):
        told = groups_of(found)
    said = verdict(told)
    st.markdown(said)
    branches, cut = found.tree.branches(), found.tree.height(told.count) if told.found else None
    title = quantity(found.by).distance_axis

    def chart() -> alt.LayerChart:
        return charts.dendrogram(branches, found.ordered, title=title, cut=cut)

    tree, members = st.tabs([_("Tree"), _("Members")])
    with tree:
        draw(chart(), key="tree", alt_text=said)
        st.caption(
            _(
                "Heads and groups are joined, the nearest first, by the mean distance between their members; the farther to the right, the less alike."
            )
        )
        export_panel(
            chart,
            group_table(found, told),
            key="tree",
            name=f"{found.seen.model.name} {found.stack} tree {found.by}",
            note=found.source,
        )
    with members:
        st.dataframe(
            group_table(found, told),
            hide_index=True,
            column_config={
                "group": st.column_config.NumberColumn(_("group")),
                "heads": st.column_config.TextColumn(_("heads"), width="large"),
            },
        )
    st.caption(
        _(
            "Silhouette, −1 to 1: how much nearer a head is to its own group than to the next one. The tree is cut into 2 to 20 groups, wherever that is best. A tree can always be cut: the cut counts only if it is better than that of the same heads with every head's words shuffled (draws: {shuffles}), and it speaks of language only if it is better than on random words."
        ).format(shuffles=SHUFFLES if found.run is None else 1)
    )


def verdict(told: Groups) -> str:
    """What the silhouettes say, in a sentence."""
    if np.isnan(told.silhouette):
        return _("**No groups**: there are too few heads, or all are equally far apart.")
    numbers = {"count": told.count, "silhouette": told.silhouette, "shuffled": told.shuffled, "noise": told.noise}
    if not told.found:
        message = _(
            "**No groups**: the best cut, into {count}, has a silhouette of {silhouette:.2f}; heads whose words are shuffled reach {shuffled:.2f}."
        )
    elif not told.of_language:
        message = _(
            "**{count} groups** (silhouette {silhouette:.2f}; shuffled, at most {shuffled:.2f}), but random words give {noise:.2f}: no sign that language makes them."
        )
    else:
        message = _(
            "**{count} groups** (silhouette {silhouette:.2f}; shuffled, at most {shuffled:.2f}; on random words, at most {noise:.2f})."
        )
    return message.format(**numbers)


def group_table(found: Redundancy, told: Groups) -> pd.DataFrame:
    """group, heads (their names, in the tree's order); one group where none was found."""
    labels = found.tree.cut(told.count if told.found else 1)
    named = pd.DataFrame({"group": labels[found.tree.order], "heads": found.ordered})
    return (
        named.groupby("group", sort=False)["heads"]
        .agg(", ".join)
        .reset_index()
        .assign(group=lambda table: range(1, len(table) + 1))
    )
