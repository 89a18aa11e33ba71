"""From the dot product to the weight, number by number."""

import numpy as np
import pandas as pd

from mhattn_core.findings.head_internals.inside import Inside, token_names
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _

MOST_PIECES = 40


def steps_table(inside: Inside) -> pd.DataFrame:
    """A row for each step, those that the model leaves out too: step, what is done, what comes out."""
    values, steps, at = inside.values, inside.steps, (inside.query_piece, inside.key_piece)
    none = _("this model has none")
    row = steps.visible[inside.query_piece]
    largest = float(steps.score[inside.query_piece][row].max()) if row.any() else 0.0
    total = float(np.exp(steps.normaliser[inside.query_piece] - largest)) if row.any() else 0.0
    over = _("divided by the sum over the {keys} keys that this query sees").format(keys=int(row.sum()))
    if values.sink is not None:
        over += " " + _("and a sink of score {sink} that takes its share").format(sink=number(values.sink))
    shown = float(inside.seen.pattern(inside.head.stack)[inside.head.layer, inside.head.head][at])
    rows = [
        (
            _("dot product"),
            _("sum over {dimensions} dimensions").format(dimensions=values.query.shape[1]),
            number(steps.dot[at]),
        ),
        (
            _("scaling"),
            f"× {number(values.scaling)}" + _of_root(values.scaling, values.query.shape[1]),
            number(steps.scaled[at]),
        ),
        (
            _("soft-cap"),
            none if steps.capped is None else f"{values.softcap:g} · tanh(s / {values.softcap:g})",
            "" if steps.capped is None else number(steps.capped[at]),
        ),
        (
            _("position bias"),
            none if values.bias is None else f"+ {number(values.bias[at])}",
            "" if steps.biased is None else number(steps.biased[at]),
        ),
        (
            _("mask"),
            _("the query sees this key") if inside.visible else _("the query does not see this key"),
            number(steps.score[at]),
        ),
        (
            _("softmax: numerator"),
            _("exp(s − {largest}), less the largest of the row so that nothing overflows").format(
                largest=number(largest)
            ),
            number(np.exp(steps.score[at] - largest)),
        ),
        (_("softmax: denominator"), over, number(total)),
        (f"**{_('weight')}**", _("numerator ÷ denominator"), f"**{number(steps.weight[at])}**"),
        (_("on the page Attention"), _("the network's own number, for these two tokens"), number(shown)),
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


def pieces_sentence(inside: Inside) -> str:
    """How the weights of pieces make the weight between words, in Markdown; empty where both words are one piece."""
    rows, columns = inside.queries.pieces(inside.query), inside.keys.pieces(inside.key)
    if len(rows) == len(columns) == 1:
        return ""
    return _(
        "On words, as *Attention* shows it, “{query}” gives “{key}” **{weight}**: attention to a word is the sum "
        "over its pieces ({keys}), attention from a word the mean over its pieces ({queries})."
    ).format(
        query=escape(inside.queries.labels[inside.query]),
        key=escape(inside.keys.labels[inside.key]),
        weight=number(float(inside.weights[inside.query, inside.key])),
        keys=len(columns),
        queries=len(rows),
    )


def pieces_table(inside: Inside) -> pd.DataFrame:
    """The weights between the pieces of the two words, rows of the query's, at most ``MOST_PIECES`` of either."""
    ends = inside.queries.pieces(inside.query)[:MOST_PIECES], inside.keys.pieces(inside.key)[:MOST_PIECES]
    both = zip(inside.seen.tokens(inside.head.stack), (inside.queries, inside.keys), ends, strict=True)
    names = [[token_names(tokens, among)[place] for place in pieces] for tokens, among, pieces in both]
    weights = inside.seen.pattern(inside.head.stack)[inside.head.cell]
    return pd.DataFrame(weights[np.ix_(*ends)].astype(float), *names)


def _of_root(scaling: float, dimensions: int) -> str:
    """Where the factor is the usual one, say so."""
    return f" = 1/√{dimensions}" if abs(scaling - dimensions**-0.5) < 1e-6 else ""


def number(value: float) -> str:
    return "−∞" if value == -np.inf else f"{value:.7f}".replace("-", "−")
