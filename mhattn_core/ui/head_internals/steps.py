"""From the dot product to the weight, number by number, and from pieces to words."""

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.ui.head_internals.data import Inside, token_names

LISTED = 40


def steps_view(inside: Inside) -> None:
    """The tab *steps*."""
    st.table(steps_table(inside).set_index(_("step")))
    st.caption(
        _(
            "Computed again from the query and the key in double precision; the network itself reckons in single precision, so the last digits may differ."
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


def steps_table(inside: Inside) -> pd.DataFrame:
    """A row for each step, those that the model leaves out too: step, what is done, what comes out."""
    values, steps, at = inside.values, inside.steps, (inside.query_piece, inside.key_piece)
    none = _("this model has none")
    row = steps.visible[inside.query_piece]
    largest = float(steps.score[inside.query_piece][row].max()) if row.any() else 0.0
    total = float(np.exp(steps.normaliser[inside.query_piece] - largest)) if row.any() else 0.0
    over = _("divided by the sum over the {keys} keys that this query sees").format(keys=int(row.sum()))
    if values.sink is not None:
        over += " " + _("and a sink of score {sink} that takes its share").format(sink=_number(values.sink))
    shown = float(inside.seen.pattern(inside.head.stack)[inside.head.layer, inside.head.head][at])
    rows = [
        (
            _("dot product"),
            _("sum over {dimensions} dimensions").format(dimensions=values.query.shape[1]),
            _number(steps.dot[at]),
        ),
        (
            _("scaling"),
            f"× {_number(values.scaling)}" + _of_root(values.scaling, values.query.shape[1]),
            _number(steps.scaled[at]),
        ),
        (
            _("soft-cap"),
            none if steps.capped is None else f"{values.softcap:g} · tanh(s / {values.softcap:g})",
            "" if steps.capped is None else _number(steps.capped[at]),
        ),
        (
            _("position bias"),
            none if values.bias is None else f"+ {_number(values.bias[at])}",
            "" if steps.biased is None else _number(steps.biased[at]),
        ),
        (
            _("mask"),
            _("the query sees this key") if inside.visible else _("the query does not see this key"),
            _number(steps.score[at]),
        ),
        (
            _("softmax: numerator"),
            _("exp(s − {largest}), less the largest of the row so that nothing overflows").format(
                largest=_number(largest)
            ),
            _number(np.exp(steps.score[at] - largest)),
        ),
        (_("softmax: denominator"), over, _number(total)),
        (f"**{_('weight')}**", _("numerator ÷ denominator"), f"**{_number(steps.weight[at])}**"),
        (_("on the page Attention"), _("the network's own number, for these two tokens"), _number(shown)),
    ]
    return pd.DataFrame(rows, columns=[_("step"), _("what is done"), _("what comes out")])


def keys_table(inside: Inside) -> pd.DataFrame:
    """key, score, exponential, weight, visible of every token, the largest score first."""
    steps, query = inside.steps, inside.query_piece
    tokens = inside.seen.tokens(inside.head.stack)[1]
    score = steps.score[query]
    table = pd.DataFrame({"key": token_names(tokens, inside.keys), "score": score, "visible": steps.visible[query]})
    largest = score[steps.visible[query]].max() if steps.visible[query].any() else 0.0
    table["exponential"], table["weight"] = np.exp(score - largest), steps.weight[query]
    return table.replace(-np.inf, np.nan).sort_values("score", ascending=False)[
        ["key", "score", "exponential", "weight", "visible"]
    ]


def _pieces(inside: Inside) -> None:
    """How the weights of pieces make the weight between words."""
    rows, columns = inside.queries.pieces(inside.query), inside.keys.pieces(inside.key)
    if len(rows) == len(columns) == 1:
        return
    query, key = inside.queries.labels[inside.query], inside.keys.labels[inside.key]
    st.markdown(
        _(
            "On words, as *Attention* shows it, “{query}” gives “{key}” **{weight}**: attention to a word is the sum over its pieces ({keys}), attention from a word the mean over its pieces ({queries})."
        ).format(
            query=escape(query),
            key=escape(key),
            weight=_number(float(inside.weights[inside.query, inside.key])),
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


def _of_root(scaling: float, dimensions: int) -> str:
    """Where the factor is the usual one, say so."""
    return f" = 1/√{dimensions}" if abs(scaling - dimensions**-0.5) < 1e-6 else ""


def _number(value: float) -> str:
    return "−∞" if value == -np.inf else f"{value:.7f}".replace("-", "−")
