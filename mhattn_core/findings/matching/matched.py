"""A run's matches of two stacks, ready to be shown."""

from contextlib import suppress
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from mhattn_core.charts.best_heads import verdict_names
from mhattn_core.errors import Problem
from mhattn_core.heads import head_name, head_names
from mhattn_core.measures.matching.assignment import MatchBy
from mhattn_core.measures.matching.costs import COLUMNS
from mhattn_core.measures.matching.verdicts import SHARED
from mhattn_core.models.control_names import CONTROLS, Control, is_control, with_control
from mhattn_core.runs.run import Run


@dataclass(frozen=True, eq=False)
class Matched:
    """Two stacks. ``table``: rows of ``Run.match`` with pair (a number), name_a, name_b, shared, and the verdict in
    words, NaN where the run was measured before there was such a column; ``heads``: side, model, layer, head of all
    heads; ``controls``: how many of a's heads find a counterpart in each random control of b that the run has.
    """

    run: Run
    a: str
    b: str
    stack_a: str
    stack_b: str
    by: MatchBy
    table: pd.DataFrame
    heads: pd.DataFrame
    controls: dict[Control, int]

    @property
    def partnered(self) -> pd.DataFrame:
        """Those of the assignment, cheapest first among the shared roles, then among the others."""
        known = self.table.dropna(subset="head_b").astype(
            {"layer_a": int, "head_a": int, "layer_b": int, "head_b": int}
        )
        return known.sort_values(["shared", "cost"], ascending=[False, True], ignore_index=True)

    @property
    def shared(self) -> int:
        return int(self.table["shared"].sum())

    @property
    def attainable(self) -> int | None:
        """How many of a's heads are found again in a itself, on other pairs; None where that was not measured."""
        known = self.table["attainable"].dropna()
        return int(known.sum()) if len(known) else None

    @property
    def is_tested(self) -> bool:
        """Whether the matches were held against heads of no model; versions up to 1.0 judged them by stability."""
        return bool(self.table["q"].notna().any())

    @property
    def has_relations(self) -> bool:
        """Whether profiles hold what heads find, and not basic measures only."""
        return self.run.has("relations")


def stack_pairs(run: Run, a: str, b: str) -> list[str]:
    """``encoder``, or ``encoder – decoder`` where the two differ: what the run matched of two models."""
    rows = run.match(a, b)
    return [
        name_of(*pair) for pair in rows[["stack_a", "stack_b"]].drop_duplicates().itertuples(index=False, name=None)
    ]


def name_of(stack_a: str, stack_b: str) -> str:
    return stack_a if stack_a == stack_b else f"{stack_a} – {stack_b}"


def ways(run: Run, a: str, b: str, stacks: str) -> list[MatchBy]:
    """By what the two stacks were matched."""
    return [by for by in get_args(MatchBy) if not _rows(run, a, b, by, stacks).empty]


def matched(run: Run, a: str, b: str, by: MatchBy, stacks: str) -> Matched:
    """Read the matches of two stacks."""
    rows = _rows(run, a, b, by, stacks).reset_index(drop=True)
    stack_a, stack_b = rows[["stack_a", "stack_b"]].iloc[0]
    known = rows["head_b"].notna()
    shared = rows["verdict"] == SHARED
    table = rows.reindex(columns=list(COLUMNS)).assign(
        pair=rows.index,
        name_a=head_names(rows, "_a"),
        name_b=[
            head_name(layer, head) if there else ""
            for layer, head, there in zip(rows["layer_b"], rows["head_b"], known, strict=True)
        ],
        shared=shared,
        verdict=rows["verdict"].map(verdict_names()),
    )
    heads = pd.concat(
        [_heads(run, a, stack_a).assign(side="a"), _heads(run, b, stack_b).assign(side="b")], ignore_index=True
    )
    return Matched(run, a, b, stack_a, stack_b, by, table, heads, _controls(run, a, b, by, stack_a))


def _rows(run: Run, a: str, b: str, by: MatchBy, stacks: str) -> pd.DataFrame:
    try:
        rows = run.match(a, b, by)
    except Problem:
        return pd.DataFrame()
    return rows[[name_of(*pair) == stacks for pair in rows[["stack_a", "stack_b"]].itertuples(index=False, name=None)]]


def _heads(run: Run, model: str, stack: str) -> pd.DataFrame:
    rows = run.attending[(run.attending["model"] == model) & (run.attending["stack"] == stack)]
    return rows[["model", "layer", "head"]]


def _controls(run: Run, a: str, b: str, by: MatchBy, stack_a: str) -> dict[Control, int]:
    if is_control(b):
        return {}
    shared = {}
    for control in CONTROLS:
        with suppress(Problem):  # the run has no such control
            rows = run.match(a, with_control(b, control), by)
            shared[control] = int((rows.loc[rows["stack_a"] == stack_a, "verdict"] == SHARED).sum())
    return shared
