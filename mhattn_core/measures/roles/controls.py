"""What networks reach that know nothing: how often each of their heads is right, and what the best of them gets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from mhattn_core.arrays.word_layer import WordAxes, WordLayer
from mhattn_core.measures.roles.collect import BatchPairs, asked_of
from mhattn_core.measures.roles.hits import hits
from mhattn_core.measures.roles.links import Links
from mhattn_core.measures.roles.role import Role

Answered = tuple[str, str, str]
"""Stack, score (``hit`` or ``mass``) and direction."""


@dataclass(frozen=True, eq=False)
class Rates:
    """Σ over the items of each relation of each head's bits or weights, ``sums [relation, head]`` with the heads of all
    layers, and how many items these are, ``items [relation]``. Sums of batches add up.
    """

    sums: Float[np.ndarray, "relation head"]
    items: Int[np.ndarray, " relation"]

    def __add__(self, other: "Rates") -> "Rates":
        return Rates(self.sums + other.sums, self.items + other.items)


class RateCollector:
    """Shown every layer of a batch in order; ``rates`` then gives the sums. links, corpus: as of a ``Collector``."""

    def __init__(self, axes: Mapping[str, WordAxes], links: Links, corpus: BatchPairs) -> None:
        self._relations = len(corpus.relations)
        self._asked = {stack: asked_of(stack, here, links, corpus) for stack, here in axes.items()}
        self._layers: dict[Answered, list[np.ndarray]] = {}
        self._items: dict[Answered, np.ndarray] = {}

    def see(self, layer: WordLayer) -> None:
        """Add up the bits and weights of one layer."""
        stack = layer.axes.stack
        asked = self._asked[stack]
        for questions, found in zip(asked, hits(layer, asked), strict=True):
            relation = torch.as_tensor(questions.relation, device=found.hit.device)
            self._add((stack, "hit", questions.direction), found.hit, relation)
            if questions.direction != "column":  # which has the same weights as head_to_dependent
                counts = ~found.usual[:, 0].isnan()
                self._add((stack, "mass", questions.direction), found.mass[counts], relation[counts])

    def rates(self) -> dict[Answered, Rates]:
        return {
            answered: Rates(np.concatenate(layers, axis=1), self._items[answered])
            for answered, layers in self._layers.items()
        }

    def _add(self, answered: Answered, values: torch.Tensor, relation: torch.Tensor) -> None:
        sums = values.new_zeros((self._relations, values.shape[1]), dtype=torch.double)
        sums.index_add_(0, relation, values.double())
        self._layers.setdefault(answered, []).append(sums.cpu().numpy())
        self._items[answered] = relation.bincount(minlength=self._relations).cpu().numpy()


def best_heads(parts: Iterable[Mapping[Answered, Rates]], relations: tuple[str, ...]) -> dict[Role, float]:
    """The rate of the best head of one network, all items of its batches counted, by role. relations: their names."""
    total: dict[Answered, Rates] = {}
    for part in parts:
        for answered, rates in part.items():
            total[answered] = total[answered] + rates if answered in total else rates
    return {
        Role(stack, name, score, direction): float(rates.sums[number].max() / rates.items[number])
        for (stack, score, direction), rates in total.items()
        for number, name in enumerate(relations)
        if rates.items[number]
    }
