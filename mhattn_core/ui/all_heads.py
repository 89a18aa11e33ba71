"""All heads of all compared models as a table that sorts and filters."""

import pandas as pd
import streamlit as st

from mhattn_core.findings.heads.wide_table import wide_table
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
