"""One head among all: its matrix, its rank in its model, and the nearest heads elsewhere."""

from functools import partial

import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.heads import HEAD_COLUMNS, ModelHead, head_names
from mhattn_core.locale import _
from mhattn_core.measures.matching.neighbours import profiles, rank
from mhattn_core.measures.quantities import title_of
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.model_heads import Compared
from mhattn_core.ui.page import draw

# Profiles are in standard deviations, so two heads drawn at random differ by √2 in each measure.
BY_CHANCE = 2**0.5


def one_head(
    model: Compared, chosen: ModelHead, near: pd.DataFrame, heads: pd.DataFrame, measure: str, title: str
) -> None:
    """The chosen head of ``model``; ``near`` as ``nearest`` gives it, ``heads`` all rows that are compared."""
    matrix, place = st.columns([3, 2])
    with matrix:
        head_panel(model.seen, chosen.within, model.place, units="words", same_scale=False)
    with place:
        _rank(model, chosen, measure, title)
        if near.empty:
            st.caption(_("Choose a second model in the sidebar to see which of its heads are nearest to this one."))
        else:
            _nearest(chosen, near, heads, measure, title)


def _rank(model: Compared, chosen: ModelHead, measure: str, title: str) -> None:
    own = model.of(measure).set_index(["layer", "head"]).loc[chosen.cell]
    low, high, count = rank(model.heads, measure, *chosen.cell)
    message = (
        _("**{head}** · {title} {value:.2f}: number {rank} of {count} heads, counted from the lowest.")
        if low <= high
        else _("**{head}** · {title} {value:.2f}: number {rank} of {count} heads, counted from the highest.")
    )
    st.markdown(
        message.format(
            head=escape(chosen.name),
            title=title,
            value=own["value"],
            rank=min(low, high),
            count=count,
        )
    )
    if pd.notna(own["low"]):
        st.caption(
            _("95 % interval over {pairs:,} pairs: {low:.2f} to {high:.2f}.").format(
                pairs=own["n"], low=own["low"], high=own["high"]
            )
        )


def _nearest(chosen: ModelHead, near: pd.DataFrame, heads: pd.DataFrame, measure: str, title: str) -> None:
    first = near.iloc[near["distance"].argmin()]
    name = ModelHead.of_row(first).name
    message = (
        _("Nearest by all measures: **{head}**, {distance:.2f} standard deviations away.")
        if first["distance"] < BY_CHANCE
        else _(
            "No head of the other models is near: **{head}** comes closest, {distance:.2f} standard deviations away; two heads at random lie about {chance:.1f} apart."
        )
    )
    said = message.format(head=escape(name), distance=first["distance"], chance=BY_CHANCE)
    st.markdown(said)
    if open_tab({"heads": _("Nearest heads"), "profiles": _("Profiles")}, key="near") == "heads":
        values = heads.loc[heads["measure"] == measure, [*HEAD_COLUMNS, "value"]]
        shown = near.merge(values, on=HEAD_COLUMNS).assign(name=partial(head_names, model=True))
        st.dataframe(
            shown[["name", "distance", "value", "measures", "stack"]],
            hide_index=True,
            column_config={
                "name": st.column_config.TextColumn(_("head")),
                "stack": st.column_config.TextColumn(_("stack")),
                "distance": st.column_config.NumberColumn(_("distance (SD)"), format="%.2f"),
                "measures": st.column_config.NumberColumn(_("measures in common")),
                "value": st.column_config.NumberColumn(title, format="%.2f"),
            },
        )
    else:
        shown_heads = [chosen, *ModelHead.of_table(near.groupby("model", sort=False).head(1))]
        draw(charts.profiles(_long_profiles(heads, shown_heads)), key="profiles", alt_text=plain(said))
    st.caption(
        _(
            "Every measure is counted in standard deviations from the mean of its model's stack; the distance is the root of the mean squared difference over the measures that both models have, and two heads at random lie about 1.4 apart. Near by these measures does not mean the same role: two heads can look equally far and equally sharply at different words. Matched heads are another test."
        )
    )


def _long_profiles(heads: pd.DataFrame, shown: list[ModelHead]) -> pd.DataFrame:
    """model, name, measure and value (in standard deviations) of the chosen head and the nearest of each model."""
    found = profiles(heads).loc[[tuple(head) for head in shown]].rename(columns=title_of).reset_index()
    table = found.melt(HEAD_COLUMNS, var_name="measure")
    return table.assign(name=head_names(table, model=True))
