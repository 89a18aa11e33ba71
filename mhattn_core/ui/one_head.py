"""One head among all: its matrix, its rank in its model, and the nearest heads elsewhere."""

from functools import partial

import pandas as pd
import streamlit as st

from mhattn_core.findings.heads.compared import ModelHeads
from mhattn_core.findings.heads.nearest import nearest_to, place_in_model
from mhattn_core.heads import HEAD_COLUMNS, ModelHead, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import axis_title
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.head_panel import head_panel, whole_head
from mhattn_core.ui.show import say, show


def one_head(
    model: ModelHeads, place: int, chosen: ModelHead, near: pd.DataFrame, heads: pd.DataFrame, measure: str
) -> None:
    """The chosen head of the model at ``place`` of the sidebar; ``near`` as ``nearest`` gives it, ``heads`` all rows
    that are compared.
    """
    matrix, numbers = st.columns([3, 2])
    with matrix:
        head_panel(whole_head(model.result, chosen.within), place)
    with numbers:
        rank, interval = place_in_model(chosen, model.heads, measure)
        st.markdown(rank)
        if interval:
            st.caption(interval)
        if near.empty:
            st.caption(_("Choose a second model in the sidebar to see which of its heads are nearest to this one."))
        else:
            _nearest(chosen, near, heads, measure)


def _nearest(chosen: ModelHead, near: pd.DataFrame, heads: pd.DataFrame, measure: str) -> None:
    finding = nearest_to(chosen, near, heads)
    say(finding)
    if open_tab({"heads": _("Nearest heads"), "profiles": _("Profiles")}, key="near") == "profiles":
        show(finding, key="profiles", sentence=False)
        return
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
            "value": st.column_config.NumberColumn(axis_title(measure), format="%.2f"),
        },
    )
    st.caption(finding.reading)
