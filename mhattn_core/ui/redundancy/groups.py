"""The tree of a model's heads, and how many groups the data bear."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.clusters import LEVEL, Groups, group_stability
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import draw
from mhattn_core.ui.redundancy.data import SHUFFLES, Redundancy, groups_of


def groups_view(found: Redundancy) -> None:
    """The tab *groups*."""
    with st.spinner(_("Comparing with heads whose words are shuffled …")):
        told = groups_of(found)
    said = verdict(told)
    st.markdown(said)
    branches, cut = found.tree.branches(), found.tree.height(told.count) if told.exist else None
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
                "jaccard": st.column_config.NumberColumn(_("Jaccard index"), format="%.2f"),
            },
        )
    st.caption(
        _(
            "Silhouette, −1 to 1: how much nearer a head is to its own group than to the next one. The tree is cut into "
            "2 to 20 groups, wherever that is best. A tree can always be cut: groups are named only where distances "
            "between heads have more than one mode (dip test on their roots, 5 %) and the cut is better than that of the "
            "same heads with every head's words shuffled (draws: {shuffles}). A dozen small groups of equal size would "
            "go unseen. Jaccard index: how well a group is found again among heads drawn with replacement, above 0.75 "
            "stable; pieces of a line are stable, too."
        ).format(shuffles=SHUFFLES if found.run is None else 1)
    )


def verdict(told: Groups) -> str:
    """What the silhouettes say, in a sentence."""
    if np.isnan(told.silhouette):
        return _("**No groups**: there are too few heads, or all are equally far apart.")
    numbers = {
        "count": told.count,
        "silhouette": told.silhouette,
        "shuffled": told.shuffled,
        "noise": told.noise,
        "p": told.p,
    }
    if told.p > LEVEL:
        message = _(
            "**No groups**: distances between heads run on without a gap (dip test, p = {p:.2f}); the best cut, into "
            "{count}, has a silhouette of {silhouette:.2f}, as a line that is cut anywhere may have."
        )
    elif not told.exist:
        message = _(
            "**No groups**: the best cut, into {count}, has a silhouette of {silhouette:.2f}; heads whose words are shuffled reach {shuffled:.2f}."
        )
    elif not told.of_language:
        message = _(
            "**{count} groups** (silhouette {silhouette:.2f}; shuffled, at most {shuffled:.2f}), but random words give "
            "{noise:.2f}: they do not need language."
        )
    else:
        message = _(
            "**{count} groups** (silhouette {silhouette:.2f}; shuffled, at most {shuffled:.2f}; on random words, at most {noise:.2f})."
        )
    return message.format(**numbers)


def group_table(found: Redundancy, told: Groups) -> pd.DataFrame:
    """group, heads (their names, in the tree's order), jaccard (see ``group_stability``); one group where none exist."""
    count = told.count if told.exist else 1
    labels = found.tree.cut(count)
    named = pd.DataFrame({"group": labels[found.tree.order], "heads": found.ordered})
    table = named.groupby("group", sort=False)["heads"].agg(", ".join).reset_index()
    stability = group_stability(found.here.to_numpy(), count)
    return table.assign(jaccard=stability[table["group"] - 1], group=range(1, len(table) + 1))
