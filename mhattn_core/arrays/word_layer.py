"""One layer of a padded batch on words: what measures of many pairs are shown."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mhattn_core.arrays.word_pieces import Bags, WordPieces

SIDES = {"a": 0, "b": 1}
NO_SIDE, IN_SYSTEM = -1, -2
"""What stands in place of a side for tokens of no sentence: of the system text of a chat, and all others."""


@dataclass(frozen=True, eq=False)
class WordAxes:
    """Both axes of one stack for a batch of pairs; the same for all its layers. What it holds grows with the length of
    the pairs; what it makes of it when asked for, ``visible``, with its square.

    query_mask, key_mask bool ``[batch, word]``: words that some piece covers. query_side, key_side ``[batch, word]``: 0
    for sentence A, 1 for B, -1 for padding. query_tokens, key_tokens bool ``[batch, token]``: what was fed, special
    tokens included. key_region ``[batch, token]``: the side of the sentence that a fed token is of, ``IN_SYSTEM`` or
    ``NO_SIDE``. query_pieces, key_pieces: which pieces make which word.
    """

    stack: str
    heads: int
    query_mask: Bool[Tensor, "batch query"]
    key_mask: Bool[Tensor, "batch key"]
    query_side: Int[Tensor, "batch query"]
    key_side: Int[Tensor, "batch key"]
    query_tokens: Bool[Tensor, "batch query_token"]
    key_tokens: Bool[Tensor, "batch key_token"]
    key_region: Int[Tensor, "batch key_token"]
    query_pieces: WordPieces
    key_pieces: WordPieces

    @property
    def is_causal(self) -> bool:
        return self.stack == "decoder"

    @cached_property
    def visible(self) -> Bool[Tensor, "batch query key"]:
        """Which covered words a covered word may see; a causal model sees no later one."""
        visible = self.query_mask[:, :, None] & self.key_mask[:, None]
        return visible.tril() if self.is_causal else visible

    @cached_property
    def visible_words(self) -> Float[Tensor, "batch query 2"]:
        """How many words of A, of B a covered word may see; 0 for a word that no piece covers."""
        counted = (self.key_sides * self.key_mask[:, None]).transpose(1, 2)
        seen = counted.cumsum(dim=1) if self.is_causal else counted.sum(dim=1, keepdim=True)
        return seen * self.query_mask[:, :, None]

    @cached_property
    def key_sides(self) -> Float[Tensor, "batch 2 key"]:
        """1 for the words of A, of B."""
        return torch.stack([self.key_side == side for side in SIDES.values()], dim=1).float()

    def key_tokens_of(self, side: int) -> Bool[Tensor, "batch key_token"]:
        """Which tokens are of a sentence, the system text or neither."""
        return self.key_tokens & (self.key_region == side)

    @cached_property
    def means(self) -> Bags:
        """Rows of query tokens onto words: the mean of a word's pieces."""
        return self.query_pieces.bags(self.heads, self.query_pieces.means, self.query_mask.device)

    @cached_property
    def sums(self) -> Bags:
        """Rows of key tokens onto words: the sum of a word's pieces."""
        return self.key_pieces.bags(self.heads, self.key_pieces.shares, self.key_mask.device)


@dataclass(frozen=True, eq=False)
class WordLayer:
    """One layer of one stack for a batch of pairs.

    pattern ``[batch, head, query word, key word]``; special_mass and first_mass (what goes to the first fed token)
    ``[batch, head, query word]``; side_mass (what goes to the words of A, of B) ``[batch, head, query word, 2]``;
    tokens
    ``[batch, head, query token, key token]``, the pattern as the model made it.
    What ``axes`` masks holds no meaning; words that no piece covers get and give 0.
    """

    layer: int
    axes: WordAxes
    pattern: Float[Tensor, "batch head query key"]
    side_mass: Float[Tensor, "batch head query 2"]
    special_mass: Float[Tensor, "batch head query"]
    first_mass: Float[Tensor, "batch head query"]
    tokens: Float[Tensor, "batch head query_token key_token"]


@dataclass(frozen=True, eq=False)
class TokenLayer:
    """One layer of one stack for a batch of pairs as the model made it: some queries, ``[batch, head, query token, key
    token]`` from query token ``first`` on, and all keys. No word has pieces both in it and beyond it.
    """

    layer: int
    axes: WordAxes
    tokens: Float[Tensor, "batch head query_token key_token"]
    first: int = 0
