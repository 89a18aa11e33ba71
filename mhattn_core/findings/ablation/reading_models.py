"""What changes in a model that only reads: its guesses for hidden words, and the sentences that lie nearest."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

LISTED = 5


def guesses_table(intact: pd.DataFrame, ablated: pd.DataFrame) -> pd.DataFrame:
    """word, guess, without, changed, probability, probability_without; from ``masked_words`` with and without heads."""
    return intact.assign(
        without=ablated["guess"],
        probability_without=ablated["probability"],
        changed=intact["guess"] != ablated["guess"],
    )[["word", "guess", "without", "changed", "probability", "probability_without"]]


def nearest_table(
    sentences: Sequence[str],
    intact: Float[np.ndarray, " sentence"],
    ablated: Float[np.ndarray, " sentence"],
) -> pd.DataFrame:
    """The five nearest by either cosine: sentence, rank, rank_without, cosine, cosine_without, the nearest first."""
    rank, rank_without = (
        np.argsort(-cosines, kind="stable").argsort(kind="stable") + 1 for cosines in (intact, ablated)
    )
    table = pd.DataFrame(
        {
            "sentence": list(sentences),
            "rank": rank,
            "rank_without": rank_without,
            "cosine": intact,
            "cosine_without": ablated,
        }
    )
    return table[(table["rank"] <= LISTED) | (table["rank_without"] <= LISTED)].sort_values("rank", ignore_index=True)
