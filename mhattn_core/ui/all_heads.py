"""All heads of all compared models as a table that sorts and filters."""

import pandas as pd
import streamlit as st

from mhattn_core.heads import HEAD_COLUMNS, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.ui.quantity_choice import measure_column


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
    values = {name: measure_column(name, "%d" if name == "n" else "%.3f") for name in table.columns[3:]}
    st.dataframe(
        table,
        hide_index=True,
        height=380,
        column_config={
            "model": st.column_config.TextColumn(_("model"), pinned=True),
            "stack": st.column_config.TextColumn(_("stack")),
            "name": st.column_config.TextColumn(_("head"), pinned=True),
            **values,
        },
    )
    st.caption(_("{heads:,} heads. A click on a column's name sorts by it.").format(heads=len(table)))


def wide_table(heads: pd.DataFrame, measure: str) -> pd.DataFrame:
    """model, stack, name, the measure with low, high and n where they are known, then the other measures."""
    values = heads.pivot(index=HEAD_COLUMNS, columns="measure", values="value").dropna(axis=1, how="all")
    values = values[[name for name in heads["measure"].unique() if name in values]]
    chosen = heads[heads["measure"] == measure].set_index(HEAD_COLUMNS)[["value", "low", "high", "n"]]
    if chosen["low"].isna().all():
        chosen = chosen[["value"]]
    wide = chosen.rename(columns={"value": measure}).join(values.drop(columns=measure)).reset_index()
    wide.insert(2, "name", head_names(wide))
    return wide.drop(columns=["layer", "head"])
