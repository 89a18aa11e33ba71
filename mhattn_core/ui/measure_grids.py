"""The layer × head grids of one measure, side by side on one colour scale."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import ModelHead, head_name
from mhattn_core.locale import _
from mhattn_core.measures.quantities import Quantity
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import Compared, clicks, picked
from mhattn_core.ui.page import draw, problems, wide_and_narrow

CHOSEN = "compared"


def grids(
    drawn: Sequence[Compared], rows: pd.DataFrame, words: Quantity, chosen: ModelHead, near: pd.DataFrame
) -> None:
    """One grid a model, two in a row. rows: those of the measure; near: the heads nearest to the chosen one, as
    ``nearest`` gives them.
    """
    framed = {head.model: head.cell for head in ModelHead.of_table(near.drop_duplicates("model"))}
    framed[chosen.model] = chosen.cell
    domain = (float(rows["value"].min()), float(rows["value"].max()))
    for start in range(0, len(drawn), 2):
        for model, column in zip(drawn[start : start + 2], st.columns(2), strict=False):
            with column, problems(model.name):
                st.markdown(f"**{escape(model.name)}** · `{model.stack}`")
                _grid(model, rows[rows["model"] == model.name], words, domain, framed.get(model.name))
    wide, narrow = wide_and_narrow("grids-caption")
    with wide:
        st.caption(
            _(
                "One colour scale for all. Framed: the head shown below and, in the other models, the head nearest to it by all measures. A click opens a head."
            )
        )
    with narrow:
        st.caption(_("The ten heads at the telling end of each model. Any head can be chosen below."))


def _grid(
    model: Compared,
    rows: pd.DataFrame,
    words: Quantity,
    domain: tuple[float, float],
    framed: tuple[int, int] | None,
) -> None:
    key = f"grid-{model.place}"
    said = _("{name}: {heads} heads from {low:.2f} to {high:.2f}, median {median:.2f}.").format(
        name=model.name,
        heads=len(rows),
        low=rows["value"].min(),
        high=rows["value"].max(),
        median=rows["value"].median(),
    )
    wide, narrow = wide_and_narrow(key)
    measure, clicked = str(rows["measure"].iloc[0]), clicks()

    def grid() -> alt.LayerChart:
        return charts.head_grid(rows, measure=measure, title=words.axis, domain=domain, chosen=framed, clicks=clicked)

    with wide:
        draw(
            grid(),
            key=key,
            on_select=lambda: _open(model, key),
            selection_mode=charts.PICKED,
            alt_text=said,
        )
    with narrow:
        draw(
            charts.strongest(
                rows, title=words.axis, end="lowest" if words.direction == "lowest" else "highest", most=domain[1]
            ),
            key=f"strongest-{model.place}",
            alt_text=said,
        )
    export_panel(grid, rows, key=key, name=f"{model.name} {model.stack} {measure}", note=model.source)


def _open(model: Compared, chart: str) -> None:
    place = picked(chart)
    if place:
        st.session_state[CHOSEN] = head_name(*place, model=model.name)
