"""Every head of every model on one relation: layer × head grids on one scale."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead, head_name
from mhattn_core.locale import _
from mhattn_core.ui.choices import put
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import draw, wide_and_narrow
from mhattn_core.ui.roles.best import HEAD
from mhattn_core.ui.roles.data import Roles


def role_grids(found: Roles, relation: str, chosen: ModelHead) -> None:
    """The share of right answers of each head; the best fixed offset is said in words above each grid."""
    rates = found.rates(relation).assign(measure="hit", low=np.nan, high=np.nan)
    most = float(rates["value"].max()) or 1.0
    models = [name for name, _stack in found.models if name in set(rates["model"])]
    for start in range(0, len(models), 2):
        for place, (name, column) in enumerate(zip(models[start : start + 2], st.columns(2), strict=False), start):
            with column:
                _grid(found, rates[rates["model"] == name], place, chosen, most)
    st.caption(
        _(
            "Share of right answers of each head over all items, one colour scale for all models; framed is the head that is open. These numbers include the sentences that chose the best head, so they are a little higher than the held-out ones above."
        )
    )


def _grid(found: Roles, rows: pd.DataFrame, place: int, chosen: ModelHead, most: float) -> None:
    """rows: the rates of one model on one relation; most: where the colours end."""
    name, stack, relation = rows[["model", "stack", "relation"]].iloc[0]
    key = f"role-grid-{place}"
    best = found.of(relation).set_index("model").loc[name]
    top = rows.loc[rows["value"].idxmax()]
    said = _(
        "{head} is right most often, {value:.0%}; the best fixed offset ({offset:+d}) gets {baseline:.0%}. n {n:,}"
    ).format(
        head=head_name(top["layer"], top["head"]),
        value=top["value"],
        offset=int(best["offset"]),
        baseline=best["baseline"],
        n=top["n"],
    )
    st.markdown(f"**{escape(name)}** · `{stack}`")
    st.markdown(said)
    framed = chosen.cell if (chosen.model, chosen.stack) == (name, stack) else (int(best["layer"]), int(best["head"]))
    clicked = clicks()

    def grid() -> alt.LayerChart:
        return charts.head_grid(
            rows, measure="hit", title=_("right answers"), domain=(0.0, most), chosen=framed, clicks=clicked
        )

    wide, narrow = wide_and_narrow(key)
    with wide:
        draw(
            grid(),
            key=key,
            on_select=lambda: _open(name, key),
            selection_mode=charts.PICKED,
            alt_text=f"{name}: {said}",
        )
    with narrow:
        draw(
            charts.strongest(rows, title=_("right answers"), most=most),
            key=f"strongest-{key}",
            alt_text=f"{name}: {said}",
        )
    export_panel(grid, rows, key=key, name=f"{name}-{relation}-{found.direction}", note=found.evidence.note)


def _open(model: str, chart: str) -> None:
    place = picked(chart)
    if place:
        put(HEAD, head_name(*place, model=model))
