"""Queries, keys or values of every position as rows of colour."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core import charts
from mhattn_core.findings.head_internals.inside import Inside
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _


def head_vectors(
    inside: Inside, letter: str, vectors: Float[np.ndarray, "token dimension"], tokens: Sequence[str], framed: int
) -> Finding:
    """letter: Q, K or V; framed: the token that was chosen."""
    said = _("{letter} of {head}: {positions} tokens of {dimensions} dimensions, from {low:.2f} to {high:.2f}.").format(
        letter=letter,
        head=inside.head.name,
        positions=len(vectors),
        dimensions=vectors.shape[1],
        low=vectors.min(),
        high=vectors.max(),
    )
    table = pd.DataFrame(vectors, columns=[f"d{number}" for number in range(vectors.shape[1])])
    table.insert(0, "token", tokens)
    name = {"Q": "query", "K": "key", "V": "value"}[letter]
    return Finding(
        f"vectors_{letter}",
        said,
        table,
        partial(charts.heat_rows, vectors, tuple(tokens), title=letter, framed=framed),
        "",
        1,
        inside.source,
        inside.code(f"values.{name}"),
        fed=inside.fed,
    )
