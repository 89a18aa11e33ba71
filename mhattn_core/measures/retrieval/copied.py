"""What heads copy while an answer is written."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

THRESHOLD = 0.1
"""From this score on Wu et al. call a head a retrieval head."""


def copied_share(
    looked_at: Int[np.ndarray, "step layer head"],
    written: Int[np.ndarray, " step"],
    read: Int[np.ndarray, " token"],
    needle: Int[np.ndarray, " place"],
) -> Float[np.ndarray, "layer head"]:
    """Of the needle's tokens the share that a head copies, ``[layer, head]``, 0 to 1: at the step that writes a token
    the head's largest weight lies on a place of the needle that holds the same token. Each place counts once.

    looked_at: the key of each head's largest weight at each step; written: the token written there; read: the tokens of
    the text; needle: places of the answer in it. Keys behind the text are what the model wrote itself.
    Source: Wu et al. 2025, section 2: |g_h ∩ k| / |k|.
    """
    share = np.zeros(looked_at.shape[1:])
    for place in needle:
        share += ((looked_at == place) & (written == read[place])[:, None, None]).any(axis=0)
    return share / len(needle)


def recall(written: Sequence[int], wanted: Sequence[int]) -> float:
    """The share of the answer's tokens that were written, each as often as it stands there, 0 to 1 (ROUGE-1 recall)."""
    left = list(written)
    found = 0
    for token in wanted:
        if token in left:
            left.remove(token)
            found += 1
    return found / len(wanted)
