"""Which two words, and which head, are shown before anybody chooses."""

from typing import TYPE_CHECKING

import numpy as np

from mhattn_core.text.claims import claims

if TYPE_CHECKING:
    from mhattn_core.attention.units import Units


def first_words(weights: np.ndarray, queries: "Units", keys: "Units", stack: str, sentence: str) -> tuple[str, str]:
    """Ids of two units: the pair that the note speaks of in this sentence of the gallery, else the words that any head
    ties most. weights ``[layer, head, query unit, key unit]``.

    Where the first does not see the second, the other way round: a causal model's *cat* sees no *sits*.
    """
    linked = [
        claim.links[0]
        for claim in claims()
        if claim.page == "Inside a head" and claim.sentence == sentence and claim.links
    ]
    if linked and stack != "cross" and str(linked[0][0]) in queries.ids and str(linked[0][1]) in keys.ids:
        query, key = map(str, linked[0])
        seen_at_all = np.nan_to_num(weights[:, :, queries.ids.index(query), keys.ids.index(key)]).any()
        return (query, key) if seen_at_all else (key, query)
    largest = np.nan_to_num(weights, nan=-1.0).max(axis=(0, 1))
    words = np.outer([bool(side) for side in queries.axis.sides], [bool(side) for side in keys.axis.sides])
    if stack != "cross":
        # A word and its neighbours: many heads do nothing else.
        words &= np.abs(np.subtract.outer(np.arange(len(queries.ids)), np.arange(len(keys.ids)))) > 1
    row, column = np.unravel_index(np.argmax(np.where(words, largest, -1.0)), largest.shape)
    return queries.ids[int(row)], keys.ids[int(column)]


def strongest_head(weights: np.ndarray, query: int, key: int) -> tuple[int, int]:
    """Layer and head that put most of one unit's attention on another, by their places; weights as above."""
    at = np.nan_to_num(weights[:, :, query, key], nan=-1.0)
    layer, head = np.unravel_index(int(at.argmax()), at.shape)
    return int(layer), int(head)
