"""One stack of a model by one distance, on a pair or over a run: what all findings about its heads are read from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core.heads import head_name
from mhattn_core.measures.redundancy.clusters import Tree
from mhattn_core.measures.redundancy.head_distances import By
from mhattn_core.runs.run import Run

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.experiments.redundancy.stack_distances import StackDistances


@dataclass(frozen=True, eq=False)
class Redundancy:
    """``measured``: of the heads whose distances are known; ``pairs``: as ``head_pairs``; ``tree``: of these heads;
    ``left_out``: heads without any distance; ``run``: where it comes from one.
    """

    seen: "AttentionResult"
    stack: str
    measured: "StackDistances"
    pairs: pd.DataFrame
    tree: Tree
    left_out: tuple[str, ...]
    run: Run | None = None

    @property
    def by(self) -> By:
        return self.measured.by

    @property
    def here(self) -> pd.DataFrame:
        """Distances on text, square."""
        return self.measured.here

    @property
    def names(self) -> list[str]:
        """Of all heads, by layer and head."""
        return names(self.here)

    @property
    def ordered(self) -> list[str]:
        """Of all heads, near ones side by side."""
        return [self.names[place] for place in self.tree.order]

    @property
    def source(self) -> str:
        """The model with its revision, and the run, for files that leave the dashboard."""
        return f"{self.seen.model.name}@{self.seen.model.revision}" + (f" · run {self.run.id}" if self.run else "")

    def nearest(self, head: int | None = None) -> int:
        """The number of the head that is nearest to one, or of one of the nearest two."""
        distances = self.here.to_numpy().copy()
        np.fill_diagonal(distances, np.inf)
        return int((distances.min(axis=1) if head is None else distances[head]).argmin())


def names(square: pd.DataFrame) -> list[str]:
    """``L3 H7`` of each head of a square table."""
    return [head_name(layer, head) for *_stack, layer, head in square.index]
