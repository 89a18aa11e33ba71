"""What the tabs of one measure show: grids on one colour scale, a table of all heads; and below them one head in full."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mhattn_core.findings.heads.compared import ModelHeads, with_origin
from mhattn_core.findings.heads.nearest import nearest_to, place_in_model
from mhattn_core.findings.heads.of_measures import grid
from mhattn_core.findings.heads.wide_table import wide_table
from mhattn_core.heads import HEAD_COLUMNS, ModelHead, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import axis_title, quantity
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import open_tab
from mhattn_core.ui.head_choice import take_head
from mhattn_core.ui.head_panel import head_panel, whole_head
from mhattn_core.ui.names import model_title
from mhattn_core.ui.page import problems, two_in_a_row, wide_and_narrow
from mhattn_core.ui.show import say, show
from mhattn_core.ui.tables import show_table

CHOSEN = "compared"


def grids(models: Mapping[int, ModelHeads], measure: str, chosen: ModelHead, near: pd.DataFrame) -> None:
    """One grid a model, two in a row. near: the heads nearest to the chosen one, as ``nearest`` gives them."""
    framed = {head.model: head.cell for head in ModelHead.of_table(near.drop_duplicates("model"))}
    framed[chosen.model] = chosen.cell
    values = pd.concat([model.of(measure)["value"] for model in models.values()])
    domain = (float(values.min()), float(values.max()))
    for (place, model), column in two_in_a_row(list(models.items())):
        with column, problems(model.name):
            st.markdown(model_title(model.name, model.stack))
            # How to read them stands once, below.
            finding = replace(with_origin(grid(model.of(measure), measure), [model], measure), reading="")
            on_pick = partial(take_head, key=CHOSEN, model=model.name)
            on_screen: dict[str, Any] = {"domain": domain, "chosen": framed.get(model.name)}
            show(finding, key=f"grid-{place}", on_pick=on_pick, sentence=False, **on_screen)
    wide, narrow = wide_and_narrow("grids-caption")
    with wide:
        st.caption(prose("one_scale_for_grids"))
    with narrow:
        st.caption(_("The ten heads of each model with the lowest or highest values. Any head can be chosen below."))


def all_heads(heads: pd.DataFrame, measure: str) -> None:
    """One row a head with every measure, the chosen one first and with its interval where there is one. heads: as
    ``heads_table``.
    """
    table = wide_table(heads, measure)
    known = table[measure].dropna()
    low, high = float(known.min()), float(known.max())
    if low < high:
        low, high = st.slider(
            _("Only heads with {measure} from … to …").format(measure=quantity(measure).title),
            low,
            high,
            (low, high),
            format="%.3f",
            key=f"range-{measure}-{low}-{high}",
        )
        table = table[table[measure].between(low, high)]
    values = table.columns[3:].drop("n", errors="ignore")
    show_table(table, of="heads", formats={"%.3f": values}, pinned=("model", "name"), height=380)
    st.caption(_("{heads:,} heads. A click on a column's name sorts by it.").format(heads=len(table)))


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
    show_table(
        shown[["name", "distance", "value", "measures", "stack"]],
        called={"distance": _("distance (SD)"), "value": axis_title(measure)},
        formats={"%.2f": ("distance", "value")},
    )
    st.caption(finding.reading)
