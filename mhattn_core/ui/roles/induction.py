"""Previous-token and induction heads of the causal models in the sidebar."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mhattn_core.findings.relations.induction import InductionMeasure, induction_heads
from mhattn_core.locale import _
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import HASHES, loaded
from mhattn_core.ui.show import show
from mhattn_core.ui.turns import in_turn

if TYPE_CHECKING:
    from mhattn_core.models.model import Model

MEASURES: tuple[InductionMeasure, ...] = ("induction", "previous_token")


def induction_view(controls: Controls) -> None:
    """Live, on random tokens that repeat; models that are not causal are named."""
    for name in controls.models:
        st.markdown(f"**{model_label(name)}**")
        with problems(name):
            _one_model(name)


def _one_model(name: str) -> None:
    with st.spinner(_("{name} reads random tokens …").format(name=model_label(name))):
        model = loaded(name)
        scores = _scores(model)
    for number, (measure, column) in enumerate(zip(MEASURES, st.columns(2), strict=True)):
        with column:
            show(induction_heads(model, scores, measure), key=f"{measure}-{name}", sentence=number == 0)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=HASHES)
@in_turn
def _scores(model: "Model") -> pd.DataFrame:
    from mhattn_core.experiments.induction import induction_scores

    return induction_scores(model)
