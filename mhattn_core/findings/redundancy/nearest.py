"""Every two heads of a stack: how far apart they are, and on random words."""

from functools import partial

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.redundancy.stack import Redundancy
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name, head_names
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.measures.redundancy.redundant import limit

LISTED = 10
"""Heads that a narrow screen shows."""


def distances(found: Redundancy) -> Finding:
    """The matrix of distances, heads in the order of their tree."""
    reading = _(
        "Below the diagonal: these words. Above it: random words, as many. Where a bright cell has a bright mirror image, the two heads are similar on random words too. Heads are ordered so that near ones are neighbours. The frame marks the two heads that are chosen; click a cell to choose others."
    )
    if len(found.pairs) > charts.PAIRS_DRAWN:
        reading += " " + _(
            "So many heads are drawn as one picture: only the nearest pairs answer to a click, and only some heads are named."
        )
    return Finding(
        f"{found.seen.model.name} {found.stack} {found.by}",
        escape(sentence(found)),
        pair_table(found),
        partial(_matrix, found),
        reading,
        found.measured.n,
        found.source,
        found.code("distances(found).table", "from mhattn_core.findings.redundancy.nearest import distances"),
        draw_narrow=partial(_row, found),
    )


def sentence(found: Redundancy) -> str:
    """Which heads are nearest, how many are redundant and what random words say."""
    first = found.pairs.iloc[0]
    near = _(
        "Nearest of {name}'s {heads} heads are {a} and {b}: {title} {distance:.3f}, on random words {noise:.3f}."
    ).format(
        name=found.seen.model.name,
        heads=len(found.here),
        a=head_name(first["layer_a"], first["head_a"]),
        b=head_name(first["layer_b"], first["head_b"]),
        title=quantity(found.by).distance_axis,
        distance=first["distance"],
        noise=first["noise"],
    )
    redundant = found.pairs[found.pairs["redundant"]]
    many = (
        _("None of the {pairs:,} pairs of heads is redundant (no farther apart than {limit:.3f}).")
        if redundant.empty
        else _(
            "Of {pairs:,} pairs of heads {redundant:,} are redundant (no farther apart than {limit:.3f}); {noise:,} of these are as near on random words, which does not need language."
        )
    )
    numbers = {"pairs": len(found.pairs), "redundant": len(redundant), "noise": redundant["on_noise"].sum()}
    return near + " " + many.format(limit=limit(found.by), **numbers)


def pair_table(found: Redundancy) -> pd.DataFrame:
    """a, b (names of the heads) and the rest as ``head_pairs``; shared where the model has groups."""
    pairs = found.pairs
    named = {side: head_names(pairs, f"_{side}") for side in ("a", "b")}
    table = pd.DataFrame(named).join(pairs.drop(columns=["layer_a", "head_a", "layer_b", "head_b"]))
    if not found.measured.shared.any():
        return table
    number = {name: number for number, name in enumerate(found.names)}
    ends = [[number[name] for name in table[side]] for side in ("a", "b")]
    return table.assign(shared=found.measured.shared[ends[0], ends[1]])


def matrix_pairs(found: Redundancy) -> pd.DataFrame:
    """Every two heads once, as ``charts.distance_matrix`` reads them, placed in the tree's order."""
    order = found.tree.order
    row, column = np.tril_indices(len(order), -1)
    head, other = order[row], order[column]
    named = np.array(found.names, dtype=object)
    return pd.DataFrame(
        {
            "row": row,
            "column": column,
            "head": named[head],
            "other": named[other],
            "distance": found.here.to_numpy()[head, other],
            "noise": found.measured.noise.mean(axis=0)[head, other],
            "shared": found.measured.shared[head, other],
        }
    )


def nearest_to(found: Redundancy, head: int) -> pd.DataFrame:
    """The ten nearest heads: name, distance, noise."""
    table = pd.DataFrame(
        {"name": found.names, "distance": found.here.to_numpy()[head], "noise": found.measured.noise.mean(axis=0)[head]}
    )
    return table.drop(index=head).nsmallest(LISTED, "distance")


def _matrix(found: Redundancy, *, chosen: tuple[int, int] | None = None, clicks: int = 0) -> alt.LayerChart:
    """chosen: numbers of two heads."""
    pairs = matrix_pairs(found)
    places = found.tree.order.tolist()
    first, second = chosen or (found.nearest(), found.nearest(found.nearest()))
    return charts.distance_matrix(
        pairs,
        found.ordered,
        title=quantity(found.by).distance_axis,
        largest=float(pairs["distance"].max()),
        chosen=(places.index(first), places.index(second)),
        clicks=clicks,
    )


def _row(found: Redundancy, *, chosen: tuple[int, int] | None = None, **_on_screen: object) -> alt.LayerChart:
    """One row of it, of the first chosen head."""
    head = chosen[0] if chosen else found.nearest()
    title = f"{quantity(found.by).distance_axis} · {found.names[head]}"
    return charts.nearest_heads(
        nearest_to(found, head), title=title, model=found.seen.model.name, reference=_("on random words")
    )
