"""One layer of a padded batch on the word grid: what ``AttentionResult.words`` gives for one pair, for many at once.

Summed over key pieces, averaged over query pieces; special mass is kept and nothing is renormalised (see
``word_grid``). All axes are padded on the right.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mhattn_core.arrays.word_layer import NO_SIDE, SIDES, Bags, WordAxes, WordLayer
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.text.words import Sentence


def piece_spans(pieces: Sequence[Piece]) -> Int[np.ndarray, "token 3"]:
    """Side, start and end of each piece, int ``[token, 3]``; special tokens have side -1."""
    return np.array(
        [(SIDES[piece.side] if piece.side else NO_SIDE, piece.start, piece.end) for piece in pieces], dtype=int
    ).reshape(-1, 3)


def word_spans(sentences: Mapping[str, Sentence]) -> Int[np.ndarray, "word 3"]:
    """Side, start and end of each word, int ``[word, 3]``, sentence A before sentence B."""
    return np.array(
        [(SIDES[side], word.start, word.end) for side in SIDES for word in sentences[side].words], dtype=int
    ).reshape(-1, 3)


def word_axes(
    stack: str,
    heads: int,
    queries: Sequence[Int[np.ndarray, "_query_token 3"]],
    keys: Sequence[Int[np.ndarray, "_key_token 3"]],
    words: Sequence[Int[np.ndarray, "_word 3"]],
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


def word_layer(tokens: Float[Tensor, "batch head query_token key_token"], layer: int, axes: WordAxes) -> WordLayer:
    """Bring a batch's token patterns ``[batch, head, query token, key token]`` onto words."""
    batch, heads, _queries, keys = tokens.shape
    # As products of matrices these would cost more than the model's own attention: nearly all shares are 0 or 1.
    rows = axes.means(tokens.reshape(-1, keys)).view(batch * heads, -1, keys)
    columns = axes.sums(rows.transpose(1, 2).reshape(batch * heads * keys, -1)).view(batch, heads, -1, rows.shape[1])
    side_mass = (axes.key_sides[:, None] @ columns).transpose(2, 3)
    first_mass = rows[..., 0].view(batch, heads, -1)
    return WordLayer(layer, axes, columns.transpose(2, 3), side_mass, 1 - side_mass.sum(dim=-1), first_mass, tokens)


def _shares(
    pieces: Sequence[Int[np.ndarray, "_piece 3"]],
    words: Sequence[Int[np.ndarray, "_word 3"]],
    device: torch.device | str,
) -> tuple[
    Float[Tensor, "batch longest_pieces longest_words"],
    Int[Tensor, "batch longest_words"],
    Bool[Tensor, "batch longest_pieces"],
]:
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


def _of_sides(words: Int[np.ndarray, "word 3"], pieces: Int[np.ndarray, "token 3"]) -> Int[np.ndarray, "kept 3"]:
    """The words of those sentences that some piece is of."""
    present = np.zeros(len(SIDES) + 1, dtype=bool)
    present[pieces[:, 0]] = True
    return words[present[words[:, 0]]]


def _pad(
    rows: Sequence[Int[np.ndarray, "_row 3"]], device: torch.device | str
) -> tuple[Int[Tensor, "batch longest 3"], Bool[Tensor, "batch longest"]]:
    """Rows ``[batch, longest, 3]``, and which of them are real ``[batch, longest]``; a padded piece is special."""
    lengths = np.array([len(row) for row in rows])
    real = np.arange(lengths.max()) < lengths[:, None]
    padded = np.full((*real.shape, 3), NO_SIDE)
    padded[real] = np.concatenate(rows)
    return torch.from_numpy(padded).to(device), torch.from_numpy(real).to(device)


def _bags(shares: Float[Tensor, "batch token word"], heads: int) -> Bags:
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
