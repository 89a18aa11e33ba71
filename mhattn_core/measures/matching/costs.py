"""What a matching of two models' heads is read from, and its table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mhattn_core.measures.matching.assignment import MatchBy, match

COLUMNS = (
    *(
        "model_a",
        "stack_a",
        "layer_a",
        "head_a",
        "model_b",
        "stack_b",
        "layer_b",
        "head_b",
        "by",
        "cost",
        "null95",
        "depth95",
    ),
    *("stability", "mutual", "held_out", "position_only", "measures", "n", "verdict"),
)


@dataclass(frozen=True, eq=False)
class MatchCosts:
    """``cost [head of a, head of b]`` with what it is compared with, see ``match``; n: texts.

    ``held_out [head of a, head of b]``: correlation of profiles on the other half of the pairs. ``position_only [head
    of a]``: the least JS divergence from a head of b that sees positions alone. ``measures``: in a profile.
    """

    cost: np.ndarray
    nulls: np.ndarray
    twin: np.ndarray
    resampled: np.ndarray
    n: int
    held_out: np.ndarray | None = None
    position_only: np.ndarray | None = None
    measures: int = 0

    def table(self, a: pd.MultiIndex, b: pd.MultiIndex, *, by: MatchBy) -> pd.DataFrame:
        """Columns ``COLUMNS``, a row for each head of a, as a run's ``matches.parquet``."""
        found = match(self.cost, a, b, by=by, nulls=self.nulls, twin=self.twin, resampled=self.resampled)
        place = b.get_indexer(pd.MultiIndex.from_frame(found[["model_b", "stack_b", "layer_b", "head_b"]]))
        held_out = (
            np.full(len(a), np.nan)
            if self.held_out is None
            else np.where(place >= 0, self.held_out[np.arange(len(a)), place], np.nan)
        )
        position_only = np.nan if self.position_only is None else self.position_only
        found = found.assign(held_out=held_out, position_only=position_only, measures=self.measures, n=self.n)
        return found.astype({"layer_b": "Int16", "head_b": "Int16"})[list(COLUMNS)]


def turned(matches: pd.DataFrame) -> pd.DataFrame:
    """The same matches from b to a. Heads of a without a partner are not there, nor are those of b: they were not
    asked.
    """
    swapped = {
        f"{name}_{side}": f"{name}_{other}"
        for name in ("model", "stack", "layer", "head")
        for side, other in (("a", "b"), ("b", "a"))
    }
    found = matches.dropna(subset="head_b").rename(columns=swapped)
    return found.sort_values(["stack_a", "layer_a", "head_a"], ignore_index=True)[list(matches)]
