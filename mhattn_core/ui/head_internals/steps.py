"""From the dot product to the weight, number by number, and from pieces to words."""

import streamlit as st

from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.head_internals.steps import keys_table, pieces_sentence, pieces_table, steps_table
from mhattn_core.locale import _
from mhattn_core.text.prose import prose


def steps_view(inside: Inside) -> None:
    """The arithmetic of one weight, step by step, then the same over a word's pieces and for all keys."""
    st.table(steps_table(inside).set_index(_("step")))
    st.caption(prose("recomputed"))
    if sentence := pieces_sentence(inside):
        st.markdown(sentence)
        st.dataframe(pieces_table(inside).style.format("{:.6f}"))
    with st.expander(_("All keys that this query is set against"), icon=":material/table_rows:"):
        st.dataframe(
            keys_table(inside),
            hide_index=True,
            column_config={
                "key": st.column_config.TextColumn(_("key")),
                "score": st.column_config.NumberColumn(_("score"), format="%.6f"),
                "exponential": st.column_config.NumberColumn(_("exp(score − largest)"), format="%.6f"),
                "weight": st.column_config.NumberColumn(_("weight"), format="%.6f"),
                "visible": st.column_config.CheckboxColumn(_("visible")),
            },
        )
