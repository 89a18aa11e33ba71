"""The basic measures of many pairs on a processor, by one compiled pass over each pattern: the sums that ``basic``
gives.
"""

from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.arrays.word_layer import TokenLayer, WordAxes
from mhattn_core.measures.basic import BLOCKS, STEPS

NAMES = (
    *("entropy.tokens", "distance", "entropy", "entropy.normalised", "confidence", "special_mass", "sink.first"),
    *("cross_sentence", *BLOCKS, *STEPS),
)
"""In the order of ``compiled_rows``."""
POSITIONS = {"distance", *STEPS}
"""They mean nothing between two texts."""


def basic_rows(layer: TokenLayer) -> dict[str, Float[Tensor, "batch head 2"]]:
    """As ``basic``, of the queries that the layer holds: sums over all of a text's queries add up.

    The first call of a machine compiles, which takes seconds.
    """
    from mhattn_core.compiled_rows import SUMS, add_rows

    axes = layer.axes
    pattern = layer.tokens.float().contiguous().numpy()
    out = np.zeros((*pattern.shape[:2], SUMS, 2))
    rows, queries, tokens, keys = _of_axes(axes)
    add_rows(out, pattern, layer.first, rows, queries, tokens, keys, axes.is_causal)
    # Of float32 those of many pairs come out the same in any order.
    sums = dict(zip(NAMES, torch.from_numpy(out).float().unbind(dim=2), strict=True))
    return {name: part for name, part in sums.items() if axes.stack != "cross" or name not in POSITIONS}


@lru_cache(maxsize=8)
def _of_axes(axes: WordAxes) -> tuple[tuple[np.ndarray, ...], ...]:
    """What a pass reads beside a pattern; the same for all layers.

    rows: how many tokens a text has, and which of them are words (see ``WholeWords``). queries: of each word its side,
    how many words of A and of B it may see, and the most entropy that it can have, 0 where it has no choice. tokens:
    how many keys there are, 1 for a token that is a word of A, of B, and that word's number. keys: of each word the
    token that it is, −1 where none covers it, −2 − n for the nth of the words of several; its side; and those words.
    """
    of_queries, of_keys = axes.query_pieces.whole, axes.key_pieces.whole
    seen = axes.visible_words.double().numpy()
    sides = axes.key_side.numpy()
    batch = np.arange(len(sides))
    side = np.where(of_keys.alone >= 0, sides[batch[:, None], of_keys.alone], -1)
    token_of = np.full(sides.shape, -1)
    pair, token = np.nonzero(of_keys.alone >= 0)
    token_of[pair, of_keys.alone[pair, token]] = token
    pair = np.repeat(batch, np.diff(of_keys.pairs))
    token_of[pair, of_keys.words] = -2 - (np.arange(len(of_keys.words)) - of_keys.pairs[pair])
    in_a, in_b, place = (part.astype(np.float32) for part in (side == 0, side == 1, of_keys.alone))
    others = of_keys.pairs, of_keys.words, of_keys.starts, of_keys.tokens
    return (
        (axes.query_tokens.sum(dim=1).numpy(), *of_queries[:-2], of_queries.means),
        (axes.query_side.numpy(), seen, np.log(seen.sum(axis=-1).clip(min=1))),
        (axes.key_tokens.sum(dim=1).numpy(), in_a, in_b, place),
        (token_of, sides, *others, of_keys.shares),
    )
