"""The keys at which known kinds of heads look, told from the tokens of a text alone.

Each function takes ids ``[text, token]``, ``SPECIAL`` where a token belongs to no text, and returns which keys a head of
the kind would look at from each query, bool ``[text, query, key]``. Queries without such a key do not count. A causal
head sees keys up to the query; what it cannot see is in no mask.
"""

import torch
from jaxtyping import Bool, Int
from torch import Tensor

SPECIAL = -1

Ids = Int[Tensor, "text token"]
Mask = Bool[Tensor, "text query key"]


def previous_token(ids: Ids, *, causal: bool) -> Mask:
    """The token before, whatever it is, of each token of the text. Source: Voita et al. 2019, positional heads."""
    del causal
    return _offset(ids, -1) & (ids != SPECIAL)[:, :, None]


def duplicate_token(ids: Ids, *, causal: bool) -> Mask:
    """The same token where it stands elsewhere: earlier, and for heads that see both sides also later.

    Source: Wang et al. 2023, duplicate token heads.
    """
    same = _same(ids)
    return same & (_earlier(ids) if causal else ~_offset(ids, 0))


def first_occurrence(ids: Ids, *, causal: bool) -> Mask:
    """The first place of the same token, of tokens that stand at least twice in between: at their third place and later.
    At the second the first place is the only one, and no head could be told from one that looks at duplicates. Ours.
    """
    del causal
    before = _same(ids) & _earlier(ids)
    first = before & (before.long().cumsum(dim=-1) == 1)
    return first & (before.sum(dim=-1, keepdim=True) > 1)


def induction(ids: Ids, *, causal: bool) -> Mask:
    """The tokens that followed this one at its earlier places, the token itself left out.

    None where heads see both sides: there the next token can be seen, and need not be inferred.
    Source: Olsson et al. 2022, prefix matching.
    """
    before = _same(ids) & _earlier(ids)
    followed = torch.zeros_like(before)
    followed[:, :, 1:] = before[:, :, :-1]
    return followed & _earlier(ids) & (ids != SPECIAL)[:, None] & causal


def first_token(ids: Ids, *, causal: bool) -> Mask:
    """The first token that is fed, from every query. Source: Gu et al. 2025, α₁."""
    del causal
    mask = torch.zeros(*ids.shape, ids.shape[1], dtype=torch.bool, device=ids.device)
    mask[:, :, 0] = True
    return mask


def _same(ids: Ids) -> Mask:
    return (ids[:, :, None] == ids[:, None]) & (ids != SPECIAL)[:, :, None]


def _earlier(ids: Ids) -> Bool[Tensor, "1 query key"]:
    at = torch.arange(ids.shape[1], device=ids.device)
    return (at[None] < at[:, None])[None]


def _offset(ids: Ids, step: int) -> Bool[Tensor, "1 query key"]:
    at = torch.arange(ids.shape[1], device=ids.device)
    return (at[None] == at[:, None] + step)[None]
