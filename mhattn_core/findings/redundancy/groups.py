"""The tree of a stack's heads, and how many groups the data bear."""

from functools import partial

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.clusters import LEVEL, Groups, group_stability, groups, shuffled_distances
from mhattn_core.measures.redundancy.head_distances import Heads

SHUFFLES = 5
"""Draws of the null in which each head's words are shuffled; a run has one."""


def groups_in(found: Redundancy, whole: Heads | None = None) -> Groups:
    """How many groups the data bear, against words shuffled head by head and against random words. whole: the stack as
    ``heads_of`` gives it; not needed of a run, which has shuffled words.
    """
    measured = found.measured
    mixed = np.asarray(measured.shuffled)
    if whole is not None:
        kept = whole.index.isin(measured.here.index)
        mixed = shuffled_distances(whole, by=found.by, draws=SHUFFLES)[:, kept][:, :, kept]
    return groups(measured.here.to_numpy(), mixed, measured.noise)


def groups_of_heads(found: Redundancy, groups: Groups) -> Finding:
    """groups: of the same heads, see ``groups_in``."""
    shuffles = 1 if found.run else SHUFFLES
    whole = "" if found.run else f", heads_of(seen, {found.stack!r}, by={found.by!r})"
    cut = found.tree.height(groups.count) if groups.exist else None
    title = quantity(found.by).distance_axis
    return Finding(
        f"{found.seen.model.name} {found.stack} tree {found.by}",
        verdict(groups),
        group_table(found, groups),
        partial(charts.dendrogram, found.tree.branches(), found.ordered, title=title, cut=cut),
        _(
            "Heads and groups are joined, the nearest first, by the mean distance between their members; the farther to the right, the less alike."
        )
        + " "
        + _(
            "Silhouette, −1 to 1: how much nearer a head is to its own group than to the next one. The tree is cut into "
            "2 to 20 groups, wherever that is best. A tree can always be cut: groups are named only where distances "
            "between heads have more than one mode (dip test on their roots, 5 %) and the cut is better than that of the "
            "same heads with every head's words shuffled (draws: {shuffles}). A dozen small groups of equal size would "
            "go unseen. Jaccard index: how well a group is found again among heads drawn with replacement, above 0.75 "
            "stable; pieces of a line are stable, too."
        ).format(shuffles=shuffles),
        found.measured.n,
        found.source,
        found.code(
            f"groups_of_heads(found, groups_in(found{whole})).table",
            "from mhattn_core.experiments.redundancy.heads import heads_of",
            "from mhattn_core.findings.redundancy.groups import groups_in, groups_of_heads",
        ),
    )


def verdict(groups: Groups) -> str:
    """What the silhouettes say, in a sentence."""
    if np.isnan(groups.silhouette):
        return _("**No groups**: there are too few heads, or all are equally far apart.")
    numbers = {
        "count": groups.count,
        "silhouette": groups.silhouette,
        "shuffled": groups.shuffled,
        "noise": groups.noise,
        "p": groups.p,
    }
    if groups.p > LEVEL:
        message = _(
            "**No groups**: distances between heads run on without a gap (dip test, p = {p:.2f}); the best cut, into "
            "{count}, has a silhouette of {silhouette:.2f}, as a line that is cut anywhere may have."
        )
    elif not groups.exist:
        message = _(
            "**No groups**: the best cut, into {count}, has a silhouette of {silhouette:.2f}; heads whose words are shuffled reach {shuffled:.2f}."
        )
    elif not groups.of_language:
        message = _(
            "**{count} groups** (silhouette {silhouette:.2f}; shuffled, at most {shuffled:.2f}), but random words give "
            "{noise:.2f}: they do not need language."
        )
    else:
        message = _(
            "**{count} groups** (silhouette {silhouette:.2f}; shuffled, at most {shuffled:.2f}; on random words, at most {noise:.2f})."
        )
    return message.format(**numbers)


def group_table(found: Redundancy, groups: Groups) -> pd.DataFrame:
    """group, heads (their names, in the tree's order), jaccard (see ``group_stability``); one group where none exist."""
    count = groups.count if groups.exist else 1
    labels = found.tree.cut(count)
    named = pd.DataFrame({"group": labels[found.tree.order], "heads": found.ordered})
    table = named.groupby("group", sort=False)["heads"].agg(", ".join).reset_index()
    stability = group_stability(found.here.to_numpy(), count)
    return table.assign(jaccard=stability[table["group"] - 1], group=range(1, len(table) + 1))
