"""How much each head gives from the words of one marked region of a text to another."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.arrays.word_pieces import WordPieces


def between(
    layer: WordLayer, here: Float[Tensor, "batch key_token region"], member: Float[Tensor, "batch query source"]
) -> Float[Tensor, "batch head source region 3"]:
    """From the words of each source region to the tokens of each region: summed over words, what a head gives, what one
    would that looks everywhere alike, and how many words there are.

    here: which part of a token is in a region; member: 1 where a word is in a source region, 0 for words that no piece
    covers.
    """
    axes = layer.axes
    even = _even(axes, here)[:, None].expand(-1, axes.heads, -1, -1)
    shares, expected = (_by_source(axes, rows, member) for rows in (layer.tokens @ here[:, None], even))
    words = member.sum(dim=1)[:, None, :, None].expand_as(shares)
    return torch.stack([shares, expected, words], dim=-1)


def marked_tokens(
    pieces: WordPieces, member: Float[np.ndarray, "batch word region"]
) -> Float[Tensor, "batch token region"]:
    """Which part of each token's characters lies in words of each region."""
    batch, tokens, _words = pieces.shape
    here = np.zeros((batch, tokens, member.shape[-1]), dtype=np.float32)
    np.add.at(here, (pieces.pairs, pieces.tokens), pieces.shares[:, None] * member[pieces.pairs, pieces.words])
    return torch.from_numpy(here)


def _even(axes: WordAxes, here: Float[Tensor, "batch key_token region"]) -> Float[Tensor, "batch query_token region"]:
    """What part of the tokens that a token may see is in each region."""
    tokens = axes.query_tokens.shape[1]
    seen = here.cumsum(dim=1) if axes.is_causal else here.sum(dim=1, keepdim=True).expand(-1, tokens, -1)
    return seen / seen.sum(dim=-1, keepdim=True)


def _by_source(
    axes: WordAxes, rows: Float[Tensor, "batch head query_token region"], member: Float[Tensor, "batch query source"]
) -> Float[Tensor, "batch head source region"]:
    """Summed over the words of each source region, each the mean of its pieces."""
    batch, heads, _tokens, columns = rows.shape
    of_words = axes.means(rows.reshape(-1, columns)).view(batch, heads, -1, columns)
    return member.transpose(1, 2)[:, None] @ of_words
