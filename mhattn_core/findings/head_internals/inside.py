"""One head and two words, between which its score is taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mhattn_core.arrays.head_values import HeadValues
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.heads import Head
from mhattn_core.measures.inside.score_decomposition import Steps

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.attention.units import Units


@dataclass(frozen=True, eq=False)
class Inside:
    """One head, and the two words between which its score is taken apart.

    ``query`` and ``key``: places among ``queries`` and ``keys``; ``query_piece`` and ``key_piece``: positions of the
    tokens compared.
    ``reason``: why the head is shown, empty where it was chosen. ``weights`` ``[query unit, key unit]``: the head's,
    with a column for each special token.
    """

    seen: "AttentionResult"
    head: Head
    reason: str
    queries: "Units"
    keys: "Units"
    query: int
    key: int
    query_piece: int
    key_piece: int
    weights: np.ndarray
    values: HeadValues
    steps: Steps

    @property
    def names(self) -> tuple[str, str]:
        """The two tokens as shown to people: the words, or their pieces where a word has several."""
        query_tokens, key_tokens = self.seen.tokens(self.head.stack)
        query = (
            self.queries.labels[self.query]
            if len(self.queries.pieces(self.query)) == 1
            else query_tokens[self.query_piece]
        )
        key = self.keys.labels[self.key] if len(self.keys.pieces(self.key)) == 1 else key_tokens[self.key_piece]
        return query, key

    @property
    def visible(self) -> bool:
        """Whether the query sees the key."""
        return bool(self.steps.visible[self.query_piece, self.key_piece])

    @property
    def fed(self) -> str:
        """How the pair was fed, for the badge."""
        return feeding_title(self.seen.pair.feeding)

    @property
    def source(self) -> str:
        """The model with its revision and the head, for files that leave the dashboard."""
        return f"{source_of(self.seen)} · {self.head.full_name}"

    def code(self, expression: str, *imports: str) -> str:
        """Python that evaluates an expression of ``values``, the head's queries, keys and values."""
        values = f"values = seen.values({self.head.stack!r}, layer={self.head.layer}, head={self.head.head})"
        return code_of(self.seen, f"{values}\n{expression}", *imports)


def token_names(tokens: Sequence[str], among: "Units") -> list[str]:
    """Each token with the number that its word has in the boxes, and which piece of the word it is where there are
    several.
    """
    names = []
    for place, token in enumerate(tokens):
        unit = int(among.axis.shares[place].argmax())
        pieces = among.pieces(unit)
        part = f", {pieces.index(place) + 1}/{len(pieces)}" if len(pieces) > 1 else ""
        names.append(f"{token} ({among.ids[unit]}{part})")
    return names
