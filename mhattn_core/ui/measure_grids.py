"""The layer × head grids of one measure, side by side on one colour scale."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mhattn_core.findings.heads.compared import ModelHeads, with_origin
from mhattn_core.findings.heads.of_measures import grid
from mhattn_core.heads import ModelHead, head_name
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems, wide_and_narrow
from mhattn_core.ui.show import show

CHOSEN = "compared"


def grids(models: Mapping[int, ModelHeads], measure: str, chosen: ModelHead, near: pd.DataFrame) -> None:
    """One grid a model, two in a row. near: the heads nearest to the chosen one, as ``nearest`` gives them."""
    framed = {head.model: head.cell for head in ModelHead.of_table(near.drop_duplicates("model"))}
    framed[chosen.model] = chosen.cell
    values = pd.concat([model.of(measure)["value"] for model in models.values()])
    domain = (float(values.min()), float(values.max()))
    places = list(models)
    for start in range(0, len(places), 2):
        for place, column in zip(places[start : start + 2], st.columns(2), strict=False):
            model = models[place]
            with column, problems(model.name):
                st.markdown(f"**{model_label(model.name)}** · `{model.stack}`")
                # How to read them stands once, below.
                finding = replace(with_origin(grid(model.of(measure), measure), [model], measure), reading="")
                on_pick = partial(_open, model.name)
                show(
                    finding,
                    key=f"grid-{place}",
                    on_pick=on_pick,
                    sentence=False,
                    domain=domain,
                    chosen=framed.get(model.name),
                )
    wide, narrow = wide_and_narrow("grids-caption")
    with wide:
        st.caption(prose("one_scale_for_grids"))
    with narrow:
        st.caption(_("The ten heads of each model with the lowest or highest values. Any head can be chosen below."))


def _open(model: str, mark: Mapping[str, Any]) -> None:
    st.session_state[CHOSEN] = head_name(mark["layer"], mark["head"], model=model)
