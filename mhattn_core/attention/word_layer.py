"""One layer of a padded batch on the word grid: what ``AttentionResult.words`` gives for one pair, for many at once.

Summed over key pieces, averaged over query pieces; special mass is kept and nothing is renormalised (see
``word_grid``). All axes are padded on the right.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mhattn_core.arrays.word_layer import IN_SYSTEM, NO_SIDE, SIDES, WordAxes, WordLayer
from mhattn_core.arrays.word_pieces import WordPieces
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.text.words import Sentence

REGION_SIDES = {**SIDES, "system": IN_SYSTEM, "template": NO_SIDE}
LONGEST_TEXT = 2**40
"""Characters, more than any text has."""


def piece_spans(pieces: Sequence[Piece]) -> Int[np.ndarray, "token 3"]:
    """Side, start and end of each piece, int ``[token, 3]``; special tokens have side -1, tokens of a system text -2."""
    return np.array([(REGION_SIDES[piece.region], piece.start, piece.end) for piece in pieces], dtype=int).reshape(
        -1, 3
    )


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
    of_queries = _Axis.of(queries, words)
    of_keys = of_queries if keys is queries else _Axis.of(keys, words)
    on_device = [torch.from_numpy(array).to(device) for axis in (of_queries, of_keys) for array in axis.arrays]
    query_mask, query_side, query_tokens, _query_region, key_mask, key_side, key_tokens, key_region = on_device
    return WordAxes(
        stack,
        heads,
        query_mask,
        key_mask,
        query_side,
        key_side,
        query_tokens,
        key_tokens,
        key_region,
        of_queries.pieces,
        of_keys.pieces,
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


class _Axis(NamedTuple):
    """One axis of a batch: words that some piece covers, the side of each word, which tokens are real, the side of each
    token, and the pieces.
    """

    mask: Bool[np.ndarray, "batch word"]
    side: Int[np.ndarray, "batch word"]
    tokens: Bool[np.ndarray, "batch token"]
    region: Int[np.ndarray, "batch token"]
    pieces: WordPieces

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        return self.mask, self.side, self.tokens, self.region

    @classmethod
    def of(cls, pieces: Sequence[Int[np.ndarray, "_piece 3"]], words: Sequence[Int[np.ndarray, "_word 3"]]) -> "_Axis":
        here = [_of_sides(word, piece) for piece, word in zip(pieces, words, strict=True)]
        tokens, region, side = _real(pieces), _sides(pieces), _sides(here)
        found = _pieces(pieces, here, (*tokens.shape, side.shape[1]))
        return cls(found.covered > 0, side, tokens, region, found)


def _real(rows: Sequence[np.ndarray]) -> Bool[np.ndarray, "row longest"]:
    lengths = np.array([len(row) for row in rows])
    return np.arange(lengths.max()) < lengths[:, None]


def _sides(rows: Sequence[Int[np.ndarray, "_row 3"]]) -> Int[np.ndarray, "row longest"]:
    sides = np.full((len(rows), max(map(len, rows))), NO_SIDE)
    sides[_real(rows)] = np.concatenate(rows)[:, 0]
    return sides


def _pieces(
    pieces: Sequence[Int[np.ndarray, "_piece 3"]],
    words: Sequence[Int[np.ndarray, "_word 3"]],
    shape: tuple[int, int, int],
) -> WordPieces:
    """Which part of each piece's characters lies in which word, of those that lie in any. Words follow one another."""
    piece_pair, piece_at, piece = _numbered(pieces)
    word_pair, word_at, word = _numbered(words)
    # The words of a piece are those that end behind its start and start before its end, in one line over all texts.
    piece_text, word_text = _text(piece_pair, piece), _text(word_pair, word)
    first = np.searchsorted(word_text + word[:, 2], piece_text + piece[:, 1], side="right")
    behind = np.searchsorted(word_text + word[:, 1], piece_text + piece[:, 2], side="left")
    of_words = np.where(piece[:, 0] < 0, 0, np.maximum(behind - first, 0))
    entry = np.repeat(np.arange(len(piece)), of_words)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(of_words) - of_words, of_words)
    found = np.repeat(first, of_words) + within
    characters = np.minimum(piece[entry, 2], word[found, 2]) - np.maximum(piece[entry, 1], word[found, 1])
    # A piece may have no characters at all.
    entry, found, characters = (part[characters > 0] for part in (entry, found, characters))
    shares = characters / np.bincount(entry, characters, len(piece))[entry]
    order = np.lexsort((piece_at[entry], found))
    entry, found = entry[order], found[order]
    return WordPieces(piece_pair[entry], word_at[found], piece_at[entry], shares[order].astype(np.float32), shape)


def _numbered(
    rows: Sequence[Int[np.ndarray, "_row 3"]],
) -> tuple[Int[np.ndarray, " entry"], Int[np.ndarray, " entry"], Int[np.ndarray, "entry 3"]]:
    """All rows below one another, with the pair and the number of each."""
    lengths = np.array([len(row) for row in rows])
    pair = np.repeat(np.arange(len(rows)), lengths)
    return pair, np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths), np.concatenate(rows)


def _text(pair: Int[np.ndarray, " entry"], spans: Int[np.ndarray, "entry 3"]) -> Int[np.ndarray, " entry"]:
    """Where the text of each span begins, if all texts stood in one line."""
    return (pair * (len(SIDES) + 1) + spans[:, 0] + 1) * LONGEST_TEXT


def _of_sides(words: Int[np.ndarray, "word 3"], pieces: Int[np.ndarray, "token 3"]) -> Int[np.ndarray, "kept 3"]:
    """The words of those sentences that some piece is of."""
    return words[np.isin(words[:, 0], pieces[:, 0])]
