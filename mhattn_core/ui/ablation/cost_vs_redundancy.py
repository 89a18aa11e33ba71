"""Are redundant heads safe to lose? The cost of a head against its distance to the nearest other one."""

from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantities
from mhattn_core.measures.redundancy.head_distances import By, distances
from mhattn_core.ui.ablation.choice import choose_quantity
from mhattn_core.ui.ablation.data import AblationContext, damage
from mhattn_core.ui.ablation.group import group_view
from mhattn_core.ui.ablation.heads import CHOSEN
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import badge, draw, wide_and_narrow
from mhattn_core.ui.redundancy.data import choose_distance, heads

KEY = "safe"
SHARE_OF_WORST = 0.1
LISTED = 10
FEWEST = 3
"""Heads that a rank can be told of."""


def safe_view(found: AblationContext) -> None:
    """The tab *safe*."""
    measured = damage(found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stack = choose_stack(found.seen, found.place)
        by = choose_distance()
        quantity = choose_quantity(measured.table)
    rows = measured.table[(measured.table["quantity"] == quantity) & (measured.table["stack"] == stack)]
    square = _square(found, stack, by)
    if len(square) < FEWEST:
        st.info(
            _(
                "A comparison needs three heads or more whose distance can be told: choose a longer sentence, another distance, or another model."
            )
        )
        return
    table = beside_nearest(rows, square)
    splits = float(table["x"].median()), SHARE_OF_WORST * float(table["y"].max())
    said = finding(table, splits)
    st.markdown(escape(said))
    badge(measured.pairs)
    corners = {
        (False, False): _("near another, and safe to lose"),
        (True, False): _("unlike others, yet safe to lose"),
        (False, True): _("near another, yet costly"),
        (True, True): _("unlike others, and costly"),
    }
    axes = (
        _("distance to the nearest other head · {title}").format(title=quantities()[by].distance_axis),
        quantities()[quantity].change_axis,
    )
    clicked = clicks()

    def scatter() -> object:
        return charts.head_scatter(table, x=axes[0], y=axes[1], splits=splits, corners=corners, clicks=clicked)

    wide, narrow = wide_and_narrow(KEY)
    with wide:
        draw(scatter(), key=KEY, on_select=_open, selection_mode=charts.PICKED, alt_text=said)
        st.caption(
            _(
                "One mark is one head, off alone. The lines part the heads at the median distance and at a tenth of the greatest cost; the four names say what each part would mean. A head far left has another one near it by this distance; far down, little is lost without it. Being similar is not the same as being replaceable."
            )
        )
    with narrow:
        costly = table.nlargest(LISTED, "y").assign(value=lambda rows: rows["y"])
        draw(charts.strongest(costly, title=axes[1]), key=f"{KEY}-strongest", alt_text=said)
        st.caption(_("The ten costliest heads of this stack."))
    export_panel(scatter, table, key=KEY, name=f"{found.name} {stack} damage against redundancy", note=measured.source)
    with st.expander(_("Table"), icon=":material/table:"):
        st.dataframe(shown(table, splits, corners), hide_index=True)
    group_view(found, measured, stack, quantity)


def beside_nearest(rows: pd.DataFrame, square: pd.DataFrame) -> pd.DataFrame:
    """rows, of one stack, with x (distance to the nearest other head), nearest (its name) and y (delta); heads without
    a distance left out.

    square: distances, indexed by names such as ``L0 H1`` on both sides.
    """
    apart = square.to_numpy().copy()
    np.fill_diagonal(apart, np.inf)
    near = pd.DataFrame({"name": square.index, "x": apart.min(axis=1), "nearest": square.index[apart.argmin(axis=1)]})
    named = rows.assign(name=head_names(rows), y=rows["delta"])
    return named.merge(near, on="name")


def finding(table: pd.DataFrame, splits: tuple[float, float]) -> str:
    """Whether heads with another one near them cost less, and how many of these are costly all the same."""
    if min(table["x"].nunique(), table["y"].nunique()) < 2:
        return _("All heads are equally far from their nearest, or cost the same: there is nothing to compare.")
    relation = float(table["x"].corr(table["y"], method="spearman"))
    near, costly = table["x"] < splits[0], table["y"] > splits[1]
    said = _(
        "The farther a head is from its nearest, the more it costs? The two ranks agree by {relation:+.2f} (Spearman; 0 is no relation)."
    ).format(relation=relation)
    exceptions = table[near & costly].nlargest(3, "y")["name"].tolist()
    if exceptions:
        return (
            said
            + " "
            + _(
                "{count} of the {near} heads that are nearest to another are costly all the same, first of all {names}."
            ).format(
                count=int((near & costly).sum()),
                near=int(near.sum()),
                names=", ".join(exceptions),
            )
        )
    return (
        said + " " + _("None of the {near} heads that are nearest to another is costly.").format(near=int(near.sum()))
    )


def shown(table: pd.DataFrame, splits: tuple[float, float], corners: dict[tuple[bool, bool], str]) -> pd.DataFrame:
    """The table as shown, with each head's part."""
    parts = [corners[x >= splits[0], y > splits[1]] for x, y in zip(table["x"], table["y"], strict=True)]
    return table.assign(part=parts)[["name", "x", "nearest", "y", "part"]].sort_values("y", ascending=False)


def _square(found: AblationContext, stack: str, by: By) -> pd.DataFrame:
    """Distances by name of head: the run's, or else the pair's, and then it says so."""
    run, square = found.run, None
    if run is not None and run.has("distances"):
        with suppress(Problem):  # a model that the run did not measure
            square = run.distances(found.name, stack, by=by)
    if square is None:
        if run is not None:
            st.info(
                _(
                    "This run holds no distances between the heads of {name}: they are measured on this pair, an example."
                ).format(name=escape(found.name))
            )
        square = _on_pair(found, stack, by)
    names = [head_name(*head[-2:]) for head in square.index]
    return pd.DataFrame(square.to_numpy(), names, names)


def _on_pair(found: AblationContext, stack: str, by: By) -> pd.DataFrame:
    square = distances(heads(found.seen, stack, by), by=by)
    known = square.isna().sum() < len(square) - 1
    return square.loc[known, known]


def _open() -> None:
    place = picked(KEY)
    if place:
        st.session_state[CHOSEN] = head_name(*place)
