"""Which source word feeds which target word: weights of heads as target × source."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

Rows = Literal["awo", "awi", "b_to_a", "a_to_b"]
Weighting = Literal["pattern", "norm"]


@dataclass(frozen=True)
class AlignmentWeights:
    """What every head of one stack gives each pair of words.

    ``weights`` ``[layer, head, target word, source word]``: each row (of ``a_to_b``: each column) is one word choosing.
    ``no_link`` ``[layer, head, choosing word]``: the largest weight on a special token of the source; where it beats
    all words, the word is tied to none. NaN for a word that no piece covers, 0 where special tokens do not compete.
    """

    stack: str
    rows: Rows
    weight: Weighting
    weights: Float[np.ndarray, "layer head target source"]
    no_link: Float[np.ndarray, "layer head choosing"]
    targets: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def choosing(self) -> Literal["target", "source"]:
        """Whose words choose a partner."""
        return "source" if self.rows == "a_to_b" else "target"
