"""What is left as heads go one after the other, and how much of a layer one head alone can do."""

from collections.abc import Callable

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantities
from mhattn_core.ui.ablation.choice import choose_quantity
from mhattn_core.ui.ablation.data import AblationContext, Measured, curves, kept_alone
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.head_choice import choose_stack
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import badge, draw
from mhattn_core.ui.runs.known import known_runs, opened

HALFWAY = 0.5


def curve_view(found: AblationContext) -> None:
    """The tab *curve*."""
    measured = curves(found)
    quantity = choose_quantity(measured.table)
    _curve(found, measured, quantity)
    st.subheader(_("One head alone"), anchor=False)
    st.markdown(
        _(
            "The note says that many heads are richer than a single one. Here all heads of a layer are switched off but one, layer by layer, while all other layers stay whole."
        )
    )
    _kept(found, kept_alone(found), quantity)
    if found.run is None:
        _more(found)


def _more(found: AblationContext) -> None:
    """Where there is more than one pair's evidence."""
    holding = [
        run.about.name
        for run in known_runs()
        if run.finished and found.name in run.about.models and opened(run).has("curves")
    ]
    if holding:
        st.caption(
            escape(_("Over many pairs: choose as evidence in the sidebar {names}.").format(names=", ".join(holding)))
        )
    else:
        st.caption(
            escape(
                _("One pair shows little. For {name} over many pairs, measure with “ablation” under Runs.").format(
                    name=found.name
                )
            )
        )
        link("Runs", _("Measure with “ablation” under Runs"))


def _curve(found: AblationContext, measured: Measured, quantity: str) -> None:
    rows = measured.table[measured.table["quantity"] == quantity]
    _shown(
        rows,
        charts.fault_curve,
        curve_finding(rows),
        _(
            "Left: all heads on. Red: the heads that gradient importance ranks first go first. Grey: random orders, from the least to the greatest of 20. A red line above the band means that the ranking finds heads that matter; a flat start means that many heads can go unnoticed."
        ),
        f"{found.name} fault curve",
        measured,
    )
    with st.expander(_("Table"), icon=":material/table:"):
        st.dataframe(rows.drop(columns=["model"]), hide_index=True)


def _shown(
    rows: pd.DataFrame, chart: Callable[..., alt.LayerChart], said: str, caption: str, name: str, measured: Measured
) -> None:
    """The finding, the chart of it and how to read it, to be downloaded under a name."""
    title = quantities()[str(rows["quantity"].iloc[0])].axis

    def drawn() -> alt.LayerChart:
        return chart(rows, title=title)

    st.markdown(f"**{title}** · {escape(said)}")
    badge(measured.pairs)
    draw(drawn(), key=chart.__name__, alt_text=said)
    st.caption(caption)
    export_panel(drawn, rows, key=chart.__name__, name=name, note=measured.source)


def curve_finding(rows: pd.DataFrame) -> str:
    """What the model loses at first, and when half of its heads are off, in order and at random."""
    ordered = rows[rows["order"] == "importance"].sort_values("share_removed")
    start = float(ordered["value"].iloc[0])
    at = ordered.iloc[(ordered["share_removed"] - HALFWAY).abs().argmin()]
    drawn = rows[(rows["order"] == "random") & (rows["removed"] == at["removed"])]["value"]
    return _(
        "With all heads on: {start:.2f}. With {removed} off, the most important first: {value:.2f}; the same number at random: {middle:.2f} ({low:.2f} to {high:.2f})."
    ).format(
        start=start,
        removed=int(at["removed"]),
        value=at["value"],
        middle=drawn.median(),
        low=drawn.min(),
        high=drawn.max(),
    )


def _kept(found: AblationContext, measured: Measured, quantity: str) -> None:
    stack = choose_stack(found.seen, found.place)
    rows = measured.table
    rows = rows[(rows["stack"] == stack) & (rows["quantity"] == quantity)].sort_values(["layer", "head"])
    _shown(
        rows,
        charts.kept_heads,
        kept_finding(rows),
        _(
            "A line is a layer, a dot the model with only this head of the layer left; the best is named. Dashed: all heads on. Red: none of the layer's heads. Dots near the dashed line: one head does for the whole layer."
        ),
        f"{found.name} {stack} one head alone",
        measured,
    )


def kept_finding(rows: pd.DataFrame) -> str:
    """Where one head does worst for its layer, and where best."""
    best = rows.loc[rows.groupby("layer")["ablated"].idxmin()]
    if len(best) == 1:
        only = best.iloc[0]
        return _("With {head} alone the only layer stands at {value:.2f} instead of {intact:.2f}.").format(
            head=head_name(int(only["layer"]), int(only["head"])), value=only["ablated"], intact=only["intact"]
        )
    worst, easiest = best.loc[best["delta"].idxmax()], best.loc[best["delta"].idxmin()]
    return _(
        "Layer {worst} misses its other heads most: with {head} alone it stands at {value:.2f} instead of {intact:.2f}. Layer {easiest} misses them least: {other} alone gives {other_value:.2f}."
    ).format(
        worst=int(worst["layer"]),
        head=head_name(int(worst["layer"]), int(worst["head"])),
        value=worst["ablated"],
        intact=worst["intact"],
        easiest=int(easiest["layer"]),
        other=head_name(int(easiest["layer"]), int(easiest["head"])),
        other_value=easiest["ablated"],
    )
