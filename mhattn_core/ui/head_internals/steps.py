"""From the dot product to the weight, number by number, and from pieces to words."""

import pandas as pd
import streamlit as st

from mhattn_core.findings.head_internals.inside import Inside, token_names
from mhattn_core.findings.head_internals.steps import keys_table, number, steps_table
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _

LISTED = 40


def steps_view(inside: Inside) -> None:
    """The arithmetic of one weight, step by step, then the same over a word's pieces and for all keys."""
    st.table(steps_table(inside).set_index(_("step")))
    st.caption(
        _(
            "Computed again from the query and the key in double precision; the network itself reckons in single "
            "precision, so the last digits may differ."
        )
    )
    _pieces(inside)
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


def _pieces(inside: Inside) -> None:
    """How the weights of pieces make the weight between words."""
    rows, columns = inside.queries.pieces(inside.query), inside.keys.pieces(inside.key)
    if len(rows) == len(columns) == 1:
        return
    query, key = inside.queries.labels[inside.query], inside.keys.labels[inside.key]
    st.markdown(
        _(
            "On words, as *Attention* shows it, “{query}” gives “{key}” **{weight}**: attention to a word is the sum "
            "over its pieces ({keys}), attention from a word the mean over its pieces ({queries})."
        ).format(
            query=escape(query),
            key=escape(key),
            weight=number(float(inside.weights[inside.query, inside.key])),
            keys=len(columns),
            queries=len(rows),
        )
    )
    query_tokens, key_tokens = inside.seen.tokens(inside.head.stack)
    query_names, key_names = token_names(query_tokens, inside.queries), token_names(key_tokens, inside.keys)
    weights = inside.seen.pattern(inside.head.stack)[inside.head.layer, inside.head.head]
    table = pd.DataFrame(
        [[float(weights[row, column]) for column in columns[:LISTED]] for row in rows[:LISTED]],
        index=[query_names[row] for row in rows[:LISTED]],
        columns=[key_names[column] for column in columns[:LISTED]],
    )
    st.dataframe(table.style.format("{:.6f}"))
