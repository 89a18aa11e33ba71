"""Every two heads of a model as a table."""

import pandas as pd
import streamlit as st

from mhattn_core.heads import head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import column, quantity
from mhattn_core.ui.redundancy.data import Redundancy


def table_view(found: Redundancy) -> None:
    """The tab *table*, the nearest first."""
    title = quantity(found.by).distance_axis
    number = st.column_config.NumberColumn
    st.dataframe(
        pair_table(found),
        hide_index=True,
        height=420,
        column_config={
            "a": st.column_config.TextColumn(_("head")),
            "b": st.column_config.TextColumn(_("other head")),
            "distance": number(title, format="%.3f"),
            "noise": number(column("distances", "noise").axis, format="%.3f", help=column("distances", "noise").help),
            "noise_low": number(_("lowest draw"), format="%.3f"),
            "noise_high": number(_("highest draw"), format="%.3f"),
            "redundant": st.column_config.CheckboxColumn(_("redundant")),
            "on_noise": st.column_config.CheckboxColumn(_("on noise too")),
            "shared": st.column_config.CheckboxColumn(_("share keys and values")),
        },
    )
    st.caption(_("{pairs:,} pairs of heads. A click on a column's name sorts by it.").format(pairs=len(found.pairs)))


def pair_table(found: Redundancy) -> pd.DataFrame:
    """a, b (names of the heads) and the rest as ``head_pairs``; shared where the model has groups."""
    pairs = found.pairs
    named = {side: head_names(pairs, f"_{side}") for side in ("a", "b")}
    table = pd.DataFrame(named).join(pairs.drop(columns=["layer_a", "head_a", "layer_b", "head_b"]))
    if not found.measured.shared.any():
        return table
    place = {name: number for number, name in enumerate(found.names)}
    return table.assign(
        shared=found.measured.shared[[place[name] for name in table["a"]], [place[name] for name in table["b"]]]
    )
