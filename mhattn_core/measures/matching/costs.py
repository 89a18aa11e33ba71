"""What a matching of two models' heads is read from, and its table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.matching.verdicts import match

COLUMNS = (
    *("model_a", "stack_a", "layer_a", "head_a", "model_b", "stack_b", "layer_b", "head_b"),
    *("by", "cost", "null95", "p", "q", "reliability", "attainable", "stability", "mutual"),
    *("held_out", "position_only", "measures", "n", "verdict"),
)


@dataclass(frozen=True, eq=False)
class MatchCosts:
    """``cost [head of a, head of b]`` with what it is compared with, see ``match``; n: texts.

    ``attainable [head of a]``: whether the head is found again where its model is matched with itself on the other half
    of the pairs. ``held_out [head of a, head of b]``: correlation of profiles on the other half. ``position_only [head
    of a]``: the least JS divergence from a head of b that sees positions alone. ``measures``: in a profile.
    """

    cost: Float[np.ndarray, "head_a head_b"]
    nulls: Float[np.ndarray, "draw head_a"]
    halves: Float[np.ndarray, "2 head_a head_b"]
    resampled: Float[np.ndarray, "resample head_a head_b"]
    n: int
    attainable: Bool[np.ndarray, " head_a"] | None = None
    held_out: Float[np.ndarray, "head_a head_b"] | None = None
    position_only: Float[np.ndarray, " head_a"] | None = None
    measures: int = 0

    def table(self, a: pd.MultiIndex, b: pd.MultiIndex, *, by: MatchBy) -> pd.DataFrame:
        """Columns ``COLUMNS``, a row for each head of a, as a run's ``matches.parquet``."""
        rows = match(self.cost, a, b, by=by, nulls=self.nulls, halves=self.halves, resampled=self.resampled)
        partner = b.get_indexer(pd.MultiIndex.from_frame(rows[["model_b", "stack_b", "layer_b", "head_b"]]))
        held_out = (
            np.full(len(a), np.nan)
            if self.held_out is None
            else np.where(partner >= 0, self.held_out[np.arange(len(a)), partner], np.nan)
        )
        rows = rows.assign(
            held_out=held_out,
            attainable=np.nan if self.attainable is None else self.attainable.astype(float),
            position_only=np.nan if self.position_only is None else self.position_only,
            measures=self.measures,
            n=self.n,
        )
        return rows.astype({"layer_b": "Int16", "head_b": "Int16"})[list(COLUMNS)]


def swapped(matches: pd.DataFrame) -> pd.DataFrame:
    """The same matches from b to a. Heads of a without a partner are not there, nor are those of b: they were not
    asked; p, q, ``null95`` and ``attainable`` stay those of a's head.
    """
    names = {
        f"{name}_{side}": f"{name}_{other}"
        for name in ("model", "stack", "layer", "head")
        for side, other in (("a", "b"), ("b", "a"))
    }
    rows = matches.dropna(subset="head_b").rename(columns=names)
    return rows.sort_values(["stack_a", "layer_a", "head_a"], ignore_index=True)[list(matches)]
