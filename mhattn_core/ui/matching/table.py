"""All matches of two models as a table."""

import streamlit as st

from mhattn_core.locale import _
from mhattn_core.measures.quantities import Quantity, column
from mhattn_core.ui.matching.data import Matched
from mhattn_core.ui.quantity_choice import table_columns


def matched_table(found: Matched, words: Quantity) -> None:
    """Shared roles first, the cheapest first; then the others, and last the heads without a partner."""
    number = st.column_config.NumberColumn
    rows = found.table.sort_values(["shared", "cost"], ascending=[False, True])
    only = [name for name in ("held_out", "position_only", "attainable") if rows[name].notna().any()]
    st.dataframe(
        rows[["name_a", "name_b", "verdict", "cost", "null95", "p", "q", "reliability", "stability", "mutual", *only]],
        hide_index=True,
        height=420,
        column_config={
            "name_a": st.column_config.TextColumn(found.a),
            "name_b": st.column_config.TextColumn(found.b),
            "verdict": st.column_config.TextColumn(_("verdict")),
            "cost": number(words.distance_axis, format="%.3f", help=column("matches", "cost").help),
            **{
                name: st.column_config.CheckboxColumn(column("matches", name).title, help=column("matches", name).help)
                for name in ("mutual", "attainable")
            },
            **table_columns("matches", ["null95", "p", "q", "position_only"]),
            **table_columns("matches", ["held_out", "reliability"], format="%.2f"),
            **table_columns("matches", ["stability"], format="percent"),
        },
    )
    st.caption(
        _("{mutual:.0%} of the heads with a partner are each other's nearest. Costs over {n} pairs.").format(
            mutual=found.partnered["mutual"].mean(), n=f"{int(rows['n'].max()):,}"
        )
    )
