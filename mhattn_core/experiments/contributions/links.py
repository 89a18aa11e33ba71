"""Which heads find given links between words, alone and together, and how far chance gets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mhattn_core.attention.attend import AttentionResult
from mhattn_core.heads import head_name
from mhattn_core.measures.fusion.coverage import as_seen, best_together, chance, covered, hits

MOST = 3
Link = tuple[int, int]


@dataclass(frozen=True, eq=False)
class LinksFound:
    """``hits``: bool ``[link, head]``, heads layer by layer; ``labels``: of the links, as ``cat → sits``; ``best``: the
    one, two, three heads (numbers); ``shares``: of the links that they hit; ``chance`` ``[draw, number of heads]``: of
    as many heads that choose at random.
    """

    model: str
    heads: int
    labels: tuple[str, ...]
    hits: np.ndarray
    best: list[tuple[int, ...]]
    shares: list[float]
    chance: np.ndarray

    def name(self, number: int) -> str:
        return head_name(*divmod(number, self.heads))


def links_found(result: AttentionResult, links: Sequence[Link]) -> LinksFound:
    """links: of words of the first sentence, by their numbers, read in the stack that reads it."""
    stack = "encoder" if "encoder" in result.stacks else "decoder"
    grid = result.words(stack)
    ends = [as_seen(grid.visible, link) for link in links]
    hit = hits(grid.pattern, grid.visible, links)
    return LinksFound(
        result.model.name,
        result.model.attention.heads(stack),
        tuple(f"{grid.queries[query]} → {grid.keys[key]}" for query, key in ends),
        hit,
        best_together(hit, MOST),
        covered(hit, MOST),
        chance(grid.visible, links, hit.shape[1], MOST),
    )
