"""Queries, keys and values of words in many texts, with what is known about the words: what probes learn from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real

MOST_WORDS = 1500
"""About so many are drawn for the tasks that any word can be asked for, and no more for the one that few words can:
from each text one, of fewer texts more."""


@dataclass(frozen=True, eq=False)
class ProbeWords:
    """One stack. ``vectors``: ``query``, ``key`` and ``value``, each float32 ``[layer, head or key/value head, word,
    dimension]``;
    ``inputs`` ``[layer, word, model dimension]``: what each layer gets. ``labels``: task → one label a word, empty
    where it has none;
    ``pos``: parts of speech; ``types``: forms; ``texts``: the number of each word's text; ``places`` ``[word, 2]``: how
    many words of its sentence stand before and behind it. ``layers``: the numbers of the layers, which attend."""

    vectors: Mapping[str, Float[np.ndarray, "..."]]
    inputs: Float[np.ndarray, "layer word input_dimension"]
    labels: Mapping[str, tuple[str, ...]]
    pos: tuple[str, ...]
    types: tuple[str, ...]
    texts: tuple[int, ...]
    places: Real[np.ndarray, "word 2"]
    layers: tuple[int, ...]
