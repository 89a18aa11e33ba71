"""A whole group of like heads off at once, beside the sum of what its heads cost one at a time."""

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.charts.group_costs import group_names
from mhattn_core.experiments.ablation.quantities import covers
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantities
from mhattn_core.ui.ablation.data import AblationContext, Measured, groups_off
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import badge, draw


def group_view(found: AblationContext, alone: Measured, stack: str, quantity: str) -> None:
    """Below the scatter of *safe*. alone: what each head costs by itself."""
    st.subheader(_("A whole group at once"), anchor=False)
    st.markdown(
        _(
            "Heads that look alike are switched off together. If they do the same work, one of them is not missed as long as another is there: then the group costs more than its heads one at a time."
        )
    )
    measured = groups_off(found, alone)
    rows = pd.DataFrame() if measured is None else measured.table.query("stack == @stack and quantity == @quantity")
    if measured is None or rows.empty:
        st.info(_("No group of two heads or more, up to half of the stack, is alike enough to be told from the rest."))
        return
    said = group_finding(rows)
    st.markdown(escape(said))
    badge(measured.pairs)
    if covers(quantity) and rows["excess_low"].isna().all():
        st.caption(_("One pair has no interval: whether these differences are more than chance, only a run can tell."))
    if (kind := rows["kind"].iloc[0]) != alone.table["kind"].iloc[0]:
        st.caption(_("Groups were switched off by “{kind}” alone, whatever is chosen above.").format(kind=kind))
    title = quantities()[quantity].change_axis

    def chart() -> alt.LayerChart:
        return charts.group_costs(rows, title=title)

    draw(chart(), key="groups", alt_text=said)
    st.caption(
        _(
            "A row is a group of heads whose attention is alike (Jensen–Shannon distance, at most 20 groups of a stack). Dot right of ring and of 0: together they do more harm than in sum, so they covered for one another. Ring right of dot: they do the same harm, which is done once only. With a bar, only a ring outside it counts: the bar is the interval over sentences of the difference between dot and ring."
        )
        if covers(quantity)
        else _(
            "A row is a group of heads whose attention is alike (Jensen–Shannon distance, at most 20 groups of a stack). This quantity does not add up: it is a distance, not a loss, so a dot right of its ring does not say that the heads covered for one another. What counts here is the dot alone."
        )
    )
    export_panel(chart, rows, key="groups", name=f"{found.name} {stack} groups off", note=measured.source)
    with st.expander(_("Table"), icon=":material/table:"):
        st.dataframe(
            rows[
                [
                    "heads",
                    "size",
                    "kind",
                    "sum_of_single",
                    "together",
                    "low",
                    "high",
                    "excess",
                    "excess_low",
                    "excess_high",
                    "n",
                ]
            ],
            hide_index=True,
        )


def group_finding(rows: pd.DataFrame) -> str:
    """How many groups cost more together than their heads one at a time, and which one most so; of what is no loss,
    which costs most.
    """
    named = rows.assign(name=group_names(rows))
    if not covers(str(rows["quantity"].iloc[0])):
        top = named.loc[named["together"].idxmax()]
        return _(
            "Of {groups} groups of like heads the costliest to lose is {name}: {together:.3f}, its heads one at a time {single:.3f} in sum."
        ).format(groups=len(rows), name=top["name"], together=top["together"], single=top["sum_of_single"])
    does_harm = named["low"].fillna(named["together"]) > 0
    covering = named[does_harm & (named["excess_low"].fillna(named["excess"]) > 0)]
    if covering.empty:
        return _(
            "Of {groups} groups of like heads none does more harm together, beyond doubt, than its heads one at a time."
        ).format(groups=len(rows))
    top = covering.loc[covering["excess"].idxmax()]
    return _(
        "Groups of like heads that do harm together, and more than the sum of their heads one at a time, so that these cover for one another: {covering} of {groups}. First of them {name}: {single:+.3f} in sum, {together:+.3f} together."
    ).format(
        groups=len(rows),
        covering=len(covering),
        name=top["name"],
        single=top["sum_of_single"],
        together=top["together"],
    )
