"""Previous-token and induction heads of the causal models in the sidebar."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.experiments.induction import PERIOD, REPEATS, TEXTS, induction_scores
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.models import Model
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import draw, problems
from mhattn_core.ui.resources import HASHES, loaded


def induction_view(controls: Controls) -> None:
    """Live, on random tokens that repeat; models that are not causal are named."""
    for name in controls.models:
        st.markdown(f"**{escape(name)}**")
        with problems(name):
            _one_model(name)
    st.caption(
        _(
            "{period} random tokens stand {repeats} times, {texts} texts: nothing can be known but what came before. An induction head looks at what followed this token the last time. Bars are the ten highest heads, 0 to 1."
        ).format(period=PERIOD, repeats=REPEATS, texts=TEXTS)
    )


def _one_model(name: str) -> None:
    with st.spinner(_("{name} reads random tokens …").format(name=escape(name))):
        model = loaded(name)
        scores = _scores(model)
    said = _said(scores)
    st.markdown(escape(said))
    titles = {"induction": _("induction score"), "previous_token": _("weight on the token before")}

    def highest(measure: str) -> alt.LayerChart:
        return charts.strongest(
            scores.assign(value=scores[measure], low=np.nan, high=np.nan), title=titles[measure], most=1.0
        )

    for measure, column in zip(titles, st.columns(2), strict=True):
        with column:
            draw(highest(measure), key=f"{measure}-{name}", alt_text=said)
    export_panel(
        lambda: highest("induction"),
        scores,
        key=f"induction-{name}",
        name=f"{name}-induction",
        note=f"{name}@{model.revision}",
    )


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=HASHES)
def _scores(model: Model) -> pd.DataFrame:
    return induction_scores(model)


def _said(scores: pd.DataFrame) -> str:
    best = {measure: scores.loc[scores[measure].idxmax()] for measure in ("induction", "previous_token")}
    first, second = (
        (head_name(row["layer"], row["head"], model=row["model"]), row[measure]) for measure, row in best.items()
    )
    return _(
        "{first} matches the prefix most: {induction:.2f} of its weight goes to what followed this token before; whether it copies that token is not measured. {second} puts {previous:.2f} on the token before."
    ).format(first=first[0], induction=first[1], second=second[0], previous=second[1])
