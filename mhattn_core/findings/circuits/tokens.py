"""Which tokens a head promotes when it looks at one, and which keys a token looks for, by the head's weights alone."""

from functools import partial
from typing import TYPE_CHECKING, Literal

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _

if TYPE_CHECKING:
    from mhattn_core.experiments.circuits.tokens import TopTokens

Way = Literal["promoted", "attended"]


def top_tokens(inside: Inside, found: "TopTokens", way: Way) -> Finding:
    """way: ``promoted`` of the key that is looked at, or ``attended`` of the query that looks. found: of
    ``promoted_tokens`` or ``attended_tokens``.
    """
    query, key = inside.names
    first = found.table.iloc[0]
    asked = key if way == "promoted" else query
    message = (
        _(
            "When {head} looks at “{asked}”, its weights raise “{token}” the most ({score}; rotated at random, the most is "
            "{random}); “{asked}” itself is number {rank} of all tokens."
        )
        if way == "promoted"
        else _(
            "As a query of {head}, “{asked}” fits the key “{token}” best ({score}; rotated at random, the best has "
            "{random}); “{asked}” itself is number {rank} of all tokens."
        )
    )
    said = message.format(
        head=inside.head.name,
        asked=asked,
        token=first["token"].strip(),
        score=digits(first["score"]),
        random=digits(found.random),
        rank=f"{found.rank:,}",
    )
    position = inside.key_piece if way == "promoted" else inside.query_piece
    axis = 1 if way == "promoted" else 0
    return Finding(
        f"{way}_tokens",
        escape(said),
        found.table,
        partial(charts.token_bars, found.table, random=found.random),
        _(
            "The ten tokens at either end of the vocabulary, against the mean of all. Dashed: the greatest of any token "
            "when the direction is rotated at random. As if the stream held the token's embedding alone, without "
            "position and biases: exact for the first layer at most. It does not depend on the basis of the head's "
            "dimensions."
        ),
        0,
        inside.source,
        inside.code(
            f"token = seen.pieces({inside.head.stack!r})[{axis}][{position}].id\n"
            f"{way}_tokens(Circuits.of(seen.model), Head{tuple(inside.head)!r}, token).table",
            "from mhattn_core.experiments.circuits.heads import Circuits",
            f"from mhattn_core.experiments.circuits.tokens import {way}_tokens",
            "from mhattn_core.heads import Head",
        ),
    )
