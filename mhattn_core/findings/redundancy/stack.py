"""One stack of a model by one distance, on a pair or over a run: what all findings about its heads are read from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core.findings.of_pair import code_of
from mhattn_core.findings.of_run import opened
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.redundancy.clusters import Tree, tree
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

    def code(self, expression: str, *imports: str) -> str:
        """Python that evaluates an expression of ``found``, this very value, and of ``seen``, and of ``run``."""
        made = f"pair_distances(seen, {self.stack!r})[{self.by!r}]"
        before = ""
        if self.run:
            rows = f"model == {self.seen.model.name!r} and stack == {self.stack!r}"
            before = f"run = {opened(self.run)}\n"
            made = f'corpus_distances(run.head_pairs.query("{rows}"), {self.by!r}), run'
        return code_of(
            self.seen,
            f"{before}found = of_distances(seen, {self.stack!r}, {made})\n{expression}",
            "from mhattn_core.experiments.redundancy.stack_distances import corpus_distances, pair_distances",
            "from mhattn_core.findings.redundancy.stack import of_distances",
            *imports,
        )

    def nearest(self, head: int | None = None) -> int:
        """The number of the head that is nearest to one, or of one of the nearest two."""
        distances = self.here.to_numpy().copy()
        np.fill_diagonal(distances, np.inf)
        return int((distances.min(axis=1) if head is None else distances[head]).argmin())


def of_distances(
    seen: "AttentionResult",
    stack: str,
    whole: "StackDistances",
    run: Run | None = None,
    *,
    make_tree: Callable[[pd.DataFrame], Tree] = lambda here: tree(here.to_numpy()),
) -> Redundancy:
    """A stack by its distances; a head whose distances are not known, on text or on random words, is left out.

    run: where they come from one. make_tree: in place of ``tree``, such as one that remembers. Raises NotAvailable
    where fewer than two heads are left to compare.
    """
    unknown = (
        _("The run has no such distance of {name}.").format(name=seen.model.name)
        if run
        else _("Every head gives all of these words the same, so that this distance cannot be told.")
    )
    measured = whole.comparable(unknown)
    left_out = tuple(names(whole.here.loc[~whole.here.index.isin(measured.here.index)]))
    return Redundancy(seen, stack, measured, measured.pairs(), make_tree(measured.here), left_out, run)


def names(square: pd.DataFrame) -> list[str]:
    """``L3 H7`` of each head of a square table."""
    return [head_name(layer, head) for *_stack, layer, head in square.index]
