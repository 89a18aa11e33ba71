"""What the heads of a model find together: the links of a sentence that the best one, two, three heads hit between
them.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float

DRAWS = 100
SEED = 0


def hits(
    pattern: Float[np.ndarray, "layer head query key"],
    visible: Bool[np.ndarray, "query key"],
    links: Sequence[tuple[int, int]],
) -> Bool[np.ndarray, "link heads"]:
    """Whether a head's largest weight from the first word of a link, on any other word, is on the second: bool ``[link,
    head]``, heads layer by layer.

    pattern ``[layer, head, query, key]`` and visible ``[query, key]`` on the words' own grid. A link that the mask
    hides is read from its other end.
    """
    flat = pattern.reshape(-1, *pattern.shape[2:])
    found = []
    for query, key in (as_seen(visible, link) for link in links):
        others = visible[query] & (np.arange(len(visible)) != query)
        row = np.where(others, flat[:, query], -np.inf)
        found.append((row.argmax(axis=-1) == key) & (row.max(axis=-1) > 0))
    return np.array(found, dtype=bool).reshape(len(links), len(flat))


def as_seen(visible: Bool[np.ndarray, "query key"], link: tuple[int, int]) -> tuple[int, int]:
    """The link as query and key, turned round where the query may not see the key."""
    query, key = link
    return (query, key) if visible[query, key] else (key, query)


def best_together(found: Bool[np.ndarray, "link head"], most: int = 3) -> list[tuple[int, ...]]:
    """The one, two … ``most`` heads that hit the most links together, from ``hits``; of equals those with the most hits
    of their own, then the first.

    No other choice of as many heads hits more: every choice is tried, of heads that differ in what they hit.
    """
    own = found.sum(axis=0)
    order = np.lexsort((np.arange(found.shape[1]), -own))
    _patterns, first = np.unique(found[:, order], axis=1, return_index=True)
    kept = [int(order[place]) for place in sorted(first) if own[order[place]]]
    # A head that hits only what another one hits as well is never needed.
    kept = [
        one
        for one in kept
        if not any((found[:, one] <= found[:, other]).all() and own[one] < own[other] for other in kept)
    ]

    def together(some: tuple[int, ...]) -> int:
        return int(found[:, list(some)].any(axis=1).sum())

    return [max(combinations(kept, size), key=together) for size in range(1, min(most, len(kept)) + 1)]


def covered(found: Bool[np.ndarray, "link head"], most: int = 3) -> list[float]:
    """Share of the links that ``best_together`` hits, for 1, 2 … ``most`` heads; the last is repeated where more heads
    add nothing.
    """
    shares = [float(found[:, list(some)].any(axis=1).mean()) for some in best_together(found, most)]
    return shares + [shares[-1] if shares else 0.0] * (most - len(shares))


def chance(
    visible: Bool[np.ndarray, "query key"], links: Sequence[tuple[int, int]], heads: int, most: int = 3
) -> Float[np.ndarray, "draw {most}"]:
    """``covered`` of so many heads whose every choice is drawn at random from the words that they may see: ``[draw,
    number of heads]``.
    """
    generator = np.random.default_rng(SEED)
    choices = [
        int(visible[query].sum() - visible[query, query]) for query, _key in (as_seen(visible, link) for link in links)
    ]
    drawn = generator.random((DRAWS, len(links), heads)) < 1 / np.maximum(choices, 1)[:, None]
    return np.array([covered(one, most) for one in drawn])
