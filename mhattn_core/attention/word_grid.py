"""The word grid, on which models with different tokenizers meet.

Attention *to* a word is summed over its pieces, *from* a word averaged over them (Clark et al. 2019, section 4.1).
Special tokens are dropped and their mass is kept as ``special_mass``; nothing is renormalised, so that each row and
its special mass make one. A piece that lies across two words is shared out by characters.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from mhattn_core.arrays.word_grid import WordAxis, WordGrid, normalised
from mhattn_core.attention.token_kinds import Piece
from mhattn_core.text.words import Sentence


def word_axis(pieces: Sequence[Piece], sentences: Mapping[str, Sentence], unknown_id: int | None) -> WordAxis:
    """Map pieces to the words of the sentences that they cover, by characters."""
    sides = sorted({piece.side for piece in pieces if piece.side})
    columns = [(side, word) for side in sides for word in sentences[side].words]
    column_of = {
        (side, place): column for column, (side, word) in enumerate(columns) for place in range(word.start, word.end)
    }
    counts = np.zeros((len(pieces), len(columns)), dtype=np.float32)
    for row, piece in enumerate(pieces):
        for place in range(piece.start, piece.end):
            column = column_of.get((piece.side, place)) if piece.side else None
            if column is not None:
                counts[row, column] += 1
    shares = normalised(counts, axis=1)
    is_unknown = np.array([piece.side is not None and piece.id == unknown_id for piece in pieces], dtype=np.float32)
    return WordAxis(
        tuple(word.text for _side, word in columns),
        tuple(side for side, _word in columns),
        shares,
        is_unknown @ normalised(shares, axis=0),
    )


def to_words(
    pattern: Float[np.ndarray, "layer head query_piece key_piece"],
    query_axis: WordAxis,
    key_axis: WordAxis,
    *,
    causal: bool = False,
) -> WordGrid:
    """Bring patterns ``[layer, head, query piece, key piece]`` onto words."""
    words = query_axis.averaged(pattern @ key_axis.shares)
    visible = np.ones(words.shape[-2:], dtype=bool)
    return WordGrid(words, 1 - words.sum(axis=-1), np.tril(visible) if causal else visible, query_axis, key_axis)
