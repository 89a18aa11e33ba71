"""Jensen–Shannon divergence of many rows at once, in torch: what ``distances`` gives for one text, for batches of them."""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.errors import ShapeError

IN_CACHE = 2**18
"""Cells that are compared at a time; more would not stay in a core's cache."""
NEARLY_NOTHING = 1e-30
"""In place of a weight of 0, whose logarithm there is not; it adds nothing that a float can hold."""


def shares(
    patterns: Float[Tensor, "head row key"],
) -> tuple[Float[Tensor, "head row key"], Float[Tensor, "head row"]]:
    """Rows made to sum to 1, and the mass that they had: ``[head, row, key]`` to the same and ``[head, row]``; rows
    without mass stay near 0.
    """
    mass = patterns.sum(dim=-1)
    return (patterns / mass.where(mass > 0, 1)[..., None]).clamp(min=NEARLY_NOTHING), mass


def js_rows(
    p: Float[Tensor, "head_p row key"], q: Float[Tensor, "head_q row key"]
) -> Float[Tensor, "head_p head_q row"]:
    """JS(p, q) of each row of each head of p with the same row of each head of q, in nats: ``[head of p, head of q,
    row]``.

    p, q ``[head, row, key]`` as ``shares`` makes them. Range: 0 to ln 2.
    Raises ShapeError when the two disagree on rows or keys. Source: as ``distances.js_sums``.
    """
    if p.shape[1:] != q.shape[1:]:
        raise ShapeError(f"patterns of {tuple(p.shape[1:])} and {tuple(q.shape[1:])}")
    own_p, own_q = _plogp(p), _plogp(q)
    return torch.stack([_to_others(p[head], own_p[head], q, own_q) for head in range(len(p))])


def js_within(
    patterns: Float[Tensor, "head row key"], owner: Float[Tensor, "row owner"]
) -> Float[Tensor, "owner head head 2"]:
    """Sums over rows of JS and of rows counted, for each two heads of one array, apart for each owner of rows: float64
    ``[owner, head, head, 2]``.

    patterns ``[head, row, key]``, as they are; owner ``[row, owners]``: 1 where a row belongs. A row counts where both
    heads have mass.
    """
    heads, owners = len(patterns), owner.shape[1]
    sums = torch.zeros(owners, heads, heads, 2, dtype=torch.float64)
    for rows in _in_cache(*patterns.shape):
        p, mass = shares(patterns[:, rows])
        own, has_mass, of_rows = _plogp(p), (mass > 0).float(), owner[rows]
        for head in range(heads):
            counted = has_mass[head:] * has_mass[head]
            divergence = _to_others(p[head], own[head], p[head:], own[head:]) * counted
            found = torch.stack([divergence @ of_rows, counted @ of_rows], dim=-1).double().transpose(0, 1)
            sums[:, head, head:] += found
    lower = torch.ones(heads, heads, dtype=torch.bool).tril(-1)
    sums[:, lower] = sums.transpose(1, 2)[:, lower]
    return sums


def _in_cache(heads: int, rows: int, keys: int) -> Iterator[slice]:
    step = max(1, IN_CACHE // (heads * keys))
    return (slice(start, start + step) for start in range(0, rows, step))


def _to_others(
    p: Float[Tensor, "row key"],
    own_p: Float[Tensor, " row"],
    q: Float[Tensor, "head row key"],
    own_q: Float[Tensor, "head row"],
) -> Float[Tensor, "head row"]:
    """One head ``[row, key]`` against many ``[head, row, key]``: H(m) − ½ H(p) − ½ H(q), with Σ m ln m = ½ Σ (p + q)
    ln(p + q) − ln 2.
    """
    return (math.log(2) - (_plogp(q + p) - own_p - own_q) / 2).clamp_(min=0)


def _plogp(values: Float[Tensor, "*rows key"]) -> Float[Tensor, "*rows"]:
    return values.log().mul_(values).sum(dim=-1)
