"""How the products of a query and a key add up to a score."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.inside.score_decomposition import products


def score_products(inside: Inside) -> Finding:
    """A bar a dimension: its number in the query times its number in the key."""
    query, key = inside.values.query[inside.query_piece], inside.values.key[inside.key_piece]
    table = pd.DataFrame(
        {
            "dimension": range(len(query)),
            "query": query,
            "key": key,
            "product": products(inside.values, inside.query_piece, inside.key_piece),
        }
    )
    return Finding(
        f"score_products_{inside.query}_{inside.key}",
        escape(products_sentence(inside)),
        table,
        partial(charts.waterfall, table),
        _(
            "Each bar is one dimension: its number in the query times its number in the key. Orange bars go up, "
            "purple ones down; the dashed line is their sum, the dot product. The index of a dimension has no "
            "meaning: rotating the queries and keys together leaves every weight as it is."
        ),
        1,
        inside.source,
        inside.code(f"values.query[{inside.query_piece}] * values.key[{inside.key_piece}]"),
        fed=inside.fed,
    )


def products_sentence(inside: Inside) -> str:
    """Two sentences: how the products add up, and what the softmax makes of the sum."""
    terms = products(inside.values, inside.query_piece, inside.key_piece)
    query, key = inside.names
    adds, takes = terms[terms > 0], terms[terms < 0]
    summed = _(
        "Query “{query}”, key “{key}”: {dimensions} products add up to {dot:.2f} (+{up:.2f} from {adds} "
        "dimensions, −{down:.2f} from {takes}); dimension {first} alone gives {most:+.2f}."
    ).format(
        query=query,
        key=key,
        dimensions=len(terms),
        dot=terms.sum(),
        up=adds.sum(),
        adds=len(adds),
        down=-takes.sum(),
        takes=len(takes),
        first=int(abs(terms).argmax()),
        most=terms[abs(terms).argmax()],
    )
    if not inside.visible:
        return (
            summed
            + " "
            + _("The mask hides “{key}” from “{query}”, so whatever the sum, the weight is 0.").format(
                query=query, key=key
            )
        )
    row = inside.steps.weight[inside.query_piece]
    weight = row[inside.key_piece]
    return (
        summed
        + " "
        + _(
            "Scaled and set against all {keys} keys that “{query}” sees, that makes a weight of {weight:.3f}, number "
            "{rank} of {keys}."
        ).format(
            query=query,
            keys=int(inside.steps.visible[inside.query_piece].sum()),
            weight=weight,
            rank=int((row > weight).sum()) + 1,
        )
    )
