"""Over many texts: what each head adds, in a run that measured it."""

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.contributions.participation import participation
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.quantities import Quantity, quantity
from mhattn_core.ui.contributions.choice import chosen_head, take_head
from mhattn_core.ui.contributions.data import Fused
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.evidence import Evidence, evidence_with
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import clicks, picked
from mhattn_core.ui.page import badge, draw, problems, wide_and_narrow
from mhattn_core.ui.quantity_choice import choose_quantity
from mhattn_core.ui.show import show

HEADS = "fusion"
MEASURE = "over"
"""A parameter of the address."""


def measures() -> dict[str, Quantity]:
    """What heads differ by, by the names in the table."""
    return {name: quantity(name) for name in ("length", "share", "unique_share")}


def run_view(model: Fused, _summed: list[Fused], controls: Controls) -> None:
    """The tab *run*. Raises Problem where no run has measured it."""
    evidence = evidence_with(controls, HEADS)
    rows = evidence.run.table(HEADS, model=model.name, stack=model.stack)
    if rows.empty:
        st.info(
            _("That run has no contributions of {name}'s {stack}.").format(name=escape(model.name), stack=model.stack)
        )
        return
    grid, layers = st.columns(2)
    with grid:
        _heads(model, rows, evidence)
    with layers:
        _layers(model, evidence)


def finding(rows: pd.DataFrame, measure: str) -> str:
    """The head at the upper end, with its interval. rows: of one measure."""
    top, least = rows.loc[rows["value"].idxmax()], rows.loc[rows["value"].idxmin()]
    message = {
        "length": _(
            "Longest is what {head} adds: {value:.2f} in the mean [{low:.2f}, {high:.2f}]; the median head's is {median:.2f}."
        ),
        "share": _(
            "The largest part of its layer's sum is {head}'s: {value:.2f} [{low:.2f}, {high:.2f}]; {below} of {heads} heads work against the sum of their layer."
        ),
        "unique_share": _(
            "The others tell least of {head}: unique share {value:.2f} [{low:.2f}, {high:.2f}]; they tell most of {least}: {smallest:.2f}."
        ),
    }[measure]
    return message.format(
        head=head_name(top["layer"], top["head"]),
        value=top["value"],
        low=top["low"],
        high=top["high"],
        median=rows["value"].median(),
        below=int((rows["high"] < 0).sum()),
        heads=len(rows),
        least=head_name(least["layer"], least["head"]),
        smallest=least["value"],
    )


def _heads(model: Fused, rows: pd.DataFrame, evidence: Evidence) -> None:
    words = choose_quantity(_("What is measured"), measures(), key=MEASURE, default="unique_share")
    measure = words.code
    shown = rows[rows["measure"] == measure]
    said = finding(shown, measure)
    st.markdown(escape(said))
    badge(int(shown["n"].max()))
    origin = evidence.origin(_("This tab reads the run “{name}”; another is chosen in the sidebar under Data."))
    sample = _("One word of each text, chosen by hash; 95 % intervals over texts.")
    st.caption(f"{origin} {sample} {words.explanation}")
    title, key, framed, clicked = words.axis, f"over-{model.place}", chosen_head(model), clicks()

    def grid() -> alt.LayerChart:
        return charts.head_grid(
            shown, measure=measure, title=title, difference=measure == "share", chosen=framed, clicks=clicked
        )

    wide, narrow = wide_and_narrow(key)
    with wide:
        draw(
            grid(),
            key=key,
            on_select=lambda: take_head(model, picked(key)),
            selection_mode=charts.PICKED,
            alt_text=said,
        )
    with narrow:
        draw(charts.strongest(shown, title=title), key=f"narrow-{key}", alt_text=said)
    export_panel(grid, rows, key=key, name=f"{model.name} {model.stack} {measure}", note=evidence.note)


def _layers(model: Fused, evidence: Evidence) -> None:
    """How many directions the heads of a layer use, for every model of the run."""
    with problems():
        show(
            participation(evidence.run, model=model.name, stack=model.stack, models=evidence.run.models),
            key="participation-run",
        )
