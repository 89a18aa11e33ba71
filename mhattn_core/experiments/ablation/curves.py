"""How a model fails as more and more heads go."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import Kind
from mhattn_core.experiments.ablation.trials import Passes, Trials, unheard
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.effects import mean_of

STEPS, DRAWS = 8, 20
COLUMNS = ("model", "order", "draw", "removed", "share_removed", "quantity", "value", "n")


def removed_at(heads: int, steps: int = STEPS) -> list[int]:
    """How many heads are off at each point: none, all, and evenly between."""
    return sorted({round(heads * step / (steps - 1)) for step in range(steps)})


def orders(by_importance: Sequence[Head], draws: int = DRAWS) -> list[tuple[str, int, list[Head]]]:
    """``importance`` (as given), and ``random`` with seeds 0, 1 …: name, draw, heads in the order in which they go."""
    found = [("importance", 0, list(by_importance))]
    for draw in range(draws):
        mixed = np.random.default_rng(draw).permutation(len(by_importance))
        found.append(("random", draw, [by_importance[place] for place in mixed]))
    return found


def fault_curves(
    trials: Trials,
    by_importance: Sequence[Head],
    kind: Kind,
    *,
    steps: int = STEPS,
    draws: int = DRAWS,
    passes: Passes = unheard,
) -> pd.DataFrame:
    """Rows of ``curves.parquet``. by_importance: all heads, the one to go first in front.

    Source: Michel et al. 2019, section 4.2 (in order of importance); random orders as the control are ours.
    """
    points = [
        (order, draw, heads[:removed])
        for order, draw, heads in orders(by_importance, draws)
        for removed in removed_at(len(heads), steps)
    ]
    # All orders begin with none and end with all.
    sets = list(dict.fromkeys(frozenset(heads) for _order, _draw, heads in points))
    totals = trials.totals([dict.fromkeys(sorted(heads), kind) for heads in sets], passes=passes)
    tables = []
    for quantity, counts in trials.counts.items():
        values = dict(zip(sets, mean_of(totals[quantity], counts), strict=True))
        rows = [
            (order, draw, len(heads), len(heads) / len(by_importance), values[frozenset(heads)])
            for order, draw, heads in points
        ]
        table = pd.DataFrame(rows, columns=["order", "draw", "removed", "share_removed", "value"])
        tables.append(table.assign(model=trials.model.name, quantity=quantity, n=int((counts > 0).sum())))
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]
