"""Which word the heads of a model elect, by majority and by weight."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from mhattn_core.errors import ShapeError


def votes(
    pattern: Float[np.ndarray, "layer head word word"],
    words: Sequence[str],
    *,
    query: int,
    counted: Bool[np.ndarray, "layer head"],
) -> pd.DataFrame:
    """The heads' votes for the word that ``query`` belongs to: position, word, votes, weight, one row a word but
    ``query`` itself.

    pattern ``[layer, head, query, key]`` on the words' own grid; counted: bool ``[layer, head]``, the heads that may
    vote.
    votes: share of these heads that give the word more than any other (ties to the first); heads that give no word
    anything abstain, so the shares may sum to less than one. weight: the heads' mean weight on the word. Both are NaN
    where nobody may vote.
    Raises ShapeError where pattern, words and counted disagree.
    """
    if pattern.shape[2:] != (len(words), len(words)) or pattern.shape[:2] != counted.shape:
        raise ShapeError(f"a pattern {pattern.shape}, {len(words)} words and {counted.shape} heads")
    rows = np.delete(pattern[counted][:, query], query, axis=-1)
    voting = np.nan_to_num(rows).max(axis=-1, initial=0) > 0
    chosen = np.nan_to_num(rows).argmax(axis=-1)[voting] if rows.size else np.zeros(0, dtype=int)
    positions = np.delete(np.arange(len(words)), query)
    heads = len(rows) or np.nan
    return pd.DataFrame(
        {
            "position": positions,
            "word": [words[int(place)] for place in positions],
            "votes": np.bincount(chosen, minlength=len(positions)) / heads,
            "weight": rows.sum(axis=0) / heads,
        }
    )
