"""A bounded part of a corpus that hangs on its texts alone: not on their order, nor on who draws it."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from jaxtyping import Int


def sampled(texts: Sequence[str], most: int) -> Int[np.ndarray, " place"]:
    """Places of at most ``most`` different texts, those of the lowest hash first; of equal texts the first."""
    places = {text: place for place, text in reversed(list(enumerate(texts)))}
    return np.array([places[text] for text in sorted(places, key=_number)[:most]], dtype=int)


def chosen(text: str, count: int) -> int:
    """One of ``count`` things of a text, from 0; ``count`` is at least 1."""
    return _number(text) % count


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8, person=b"sample").digest())
