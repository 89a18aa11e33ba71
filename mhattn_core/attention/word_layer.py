"""One layer of a padded batch on the word grid: what ``Seen.words`` gives for one pair, for many at once.

Summed over key pieces, averaged over query pieces; special mass is kept and nothing is renormalised (see
``word_grid``). All axes are padded on the right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from mhattn_core.attention.token_kinds import Piece
from mhattn_core.text.words import Sentence

SIDES = {"a": 0, "b": 1}
NO_SIDE = -1


@dataclass(frozen=True, eq=False)
class Bags:
    """A product with a sparse matrix that is the same for each head of a pair: row n of the result, ``[batch × head ×
    word]``, is the weighted sum of those rows of ``[batch × head × token]`` that stand in bag n.
    """

    rows: Tensor
    weights: Tensor
    starts: Tensor

    def __call__(self, matrix: Tensor) -> Tensor:
        return embedding_bag(self.rows, matrix, self.starts, mode="sum", per_sample_weights=self.weights)


@dataclass(frozen=True, eq=False)
class WordAxes:
    """Both axes of one stack for a batch of pairs; the same for all its layers.

    query_mask, key_mask bool ``[batch, word]``: words that some piece covers. query_side, key_side ``[batch, word]``: 0
    for sentence A, 1 for B, -1 for padding. query_tokens, key_tokens bool ``[batch, token]``: what was fed, special
    tokens included. visible bool ``[batch, query word, key word]``: which covered words a covered word may see (a
    causal model sees no later one), as numbers in visible_words ``[batch, query word, 2]``: how many of A, of B.
    key_sides float ``[batch, 2, key word]``: 1 for the words of A, of B. means and sums bring rows of query and of key
    tokens onto words.
    """

    stack: str
    query_mask: Tensor
    key_mask: Tensor
    query_side: Tensor
    key_side: Tensor
    query_tokens: Tensor
    key_tokens: Tensor
    visible: Tensor
    visible_words: Tensor
    key_sides: Tensor
    means: Bags
    sums: Bags


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
    pattern: Tensor
    side_mass: Tensor
    special_mass: Tensor
    first_mass: Tensor
    tokens: Tensor


def piece_spans(pieces: Sequence[Piece]) -> np.ndarray:
    """Side, start and end of each piece, int ``[token, 3]``; special tokens have side -1."""
    return np.array(
        [(SIDES[piece.side] if piece.side else NO_SIDE, piece.start, piece.end) for piece in pieces], dtype=int
    ).reshape(-1, 3)


def word_spans(sentences: Mapping[str, Sentence]) -> np.ndarray:
    """Side, start and end of each word, int ``[word, 3]``, sentence A before sentence B."""
    return np.array(
        [(SIDES[side], word.start, word.end) for side in SIDES for word in sentences[side].words], dtype=int
    ).reshape(-1, 3)


def word_axes(
    stack: str,
    heads: int,
    queries: Sequence[np.ndarray],
    keys: Sequence[np.ndarray],
    words: Sequence[np.ndarray],
    device: torch.device | str = "cpu",
) -> WordAxes:
    """The axes of a batch from the spans of each pair's query pieces, key pieces and words; an axis has the words of
    its pieces' sentences.
    """
    query_shares, query_side, query_tokens = _shares(queries, words, device)
    key_shares, key_side, key_tokens = (
        (query_shares, query_side, query_tokens) if keys is queries else _shares(keys, words, device)
    )
    covered = query_shares.sum(dim=1)
    query_mask, key_mask = covered > 0, key_shares.sum(dim=1) > 0
    visible = query_mask[:, :, None] & key_mask[:, None]
    visible = visible.tril() if stack == "decoder" else visible
    key_sides = torch.stack([key_side == side for side in SIDES.values()], dim=1).float()
    return WordAxes(
        stack,
        query_mask,
        key_mask,
        query_side,
        key_side,
        query_tokens,
        key_tokens,
        visible,
        visible.float() @ key_sides.transpose(1, 2),
        key_sides,
        _bags(query_shares / covered.where(query_mask, 1)[:, None], heads),
        _bags(key_shares, heads),
    )


def word_layer(tokens: Tensor, layer: int, axes: WordAxes) -> WordLayer:
    """Bring a batch's token patterns ``[batch, head, query token, key token]`` onto words."""
    batch, heads, _queries, keys = tokens.shape
    # As products of matrices these would cost more than the model's own attention: nearly all shares are 0 or 1.
    rows = axes.means(tokens.reshape(-1, keys)).view(batch * heads, -1, keys)
    columns = axes.sums(rows.transpose(1, 2).reshape(batch * heads * keys, -1)).view(batch, heads, -1, rows.shape[1])
    side_mass = (axes.key_sides[:, None] @ columns).transpose(2, 3)
    first_mass = rows[..., 0].view(batch, heads, -1)
    return WordLayer(layer, axes, columns.transpose(2, 3), side_mass, 1 - side_mass.sum(dim=-1), first_mass, tokens)


def _shares(
    pieces: Sequence[np.ndarray], words: Sequence[np.ndarray], device: torch.device | str
) -> tuple[Tensor, Tensor, Tensor]:
    """Which part of each piece's characters lies in which word ``[batch, token, word]``; sides ``[batch, word]``;
    tokens ``[batch, token]``.
    """
    here = [_of_sides(word, piece) for piece, word in zip(pieces, words, strict=True)]
    piece, is_token = _pad(pieces, device)
    word, is_word = _pad(here, device)
    same = (piece[:, :, None, 0] == word[:, None, :, 0]) & is_word[:, None]
    overlap = torch.minimum(piece[:, :, None, 2], word[:, None, :, 2]) - torch.maximum(
        piece[:, :, None, 1], word[:, None, :, 1]
    )
    characters = overlap.clamp(min=0).mul(same).float()
    inside = characters.sum(dim=-1, keepdim=True)
    return characters / inside.where(inside > 0, 1), word[..., 0].where(is_word, NO_SIDE), is_token


def _of_sides(words: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """The words of those sentences that some piece is of."""
    present = np.zeros(len(SIDES) + 1, dtype=bool)
    present[pieces[:, 0]] = True
    return words[present[words[:, 0]]]


def _pad(rows: Sequence[np.ndarray], device: torch.device | str) -> tuple[Tensor, Tensor]:
    """Rows ``[batch, longest, 3]``, and which of them are real ``[batch, longest]``; a padded piece is special."""
    lengths = np.array([len(row) for row in rows])
    real = np.arange(lengths.max()) < lengths[:, None]
    padded = np.full((*real.shape, 3), NO_SIDE)
    padded[real] = np.concatenate(rows)
    return torch.from_numpy(padded).to(device), torch.from_numpy(real).to(device)


def _bags(shares: Tensor, heads: int) -> Bags:
    """The product with ``shares`` ``[batch, token, word]``, for all heads."""
    batch, tokens, words = shares.shape
    by_word = shares.transpose(1, 2)
    pair, word, token = by_word.nonzero(as_tuple=True)
    head = torch.arange(heads, device=shares.device)[:, None]
    # From head, pair, word to pair, head, word; the pieces of a word keep their order.
    order = (pair * heads + head).flatten().sort(stable=True).indices
    rows = ((pair * heads + head) * tokens + token).flatten()[order]
    weights = by_word[pair, word, token].expand(heads, -1).flatten()[order]
    counts = (by_word > 0).sum(dim=-1)[:, None].expand(batch, heads, words).flatten()
    return Bags(rows, weights, counts.cumsum(0) - counts)
