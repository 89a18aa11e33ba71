"""Whether heads compensate for one another: two off together against each off alone."""

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from mhattn_core.attention.ablation import Ablation, Kind
from mhattn_core.experiments.ablation.trials import Passes, Trials, unheard
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.effects import ends, mean_of
from mhattn_core.measures.ablation.quantities import covers

COLUMNS = (
    *("model", "stack", "layer_a", "head_a", "stack_b", "layer_b", "head_b", "kind", "quantity"),
    *("delta_a", "delta_b", "delta_both", "interaction", "low", "high", "n"),
)


def interaction_table(
    trials: Trials,
    heads: Sequence[Head],
    kind: Kind,
    units: Sequence[str] | None = None,
    *,
    passes: Passes = unheard,
) -> pd.DataFrame:
    """Rows of ``interactions.parquet``, for every two of ``heads``: I = Δ{a, b} − Δa − Δb, with its interval.

    Above 0: each stands in for the other, so that both together are missed more than one by one. Below 0: they do the
    same work one after another. ``stack`` is a's. Only of quantities that are losses; a table without rows for a model
    that has none.
    """
    pairs = list(combinations(heads, 2))
    losses = [quantity for quantity in trials.counts if covers(quantity)]
    if not losses or not pairs:
        return pd.DataFrame(columns=list(COLUMNS))
    variants: list[Ablation] = [{head: kind} for head in heads]
    variants += [{a: kind, b: kind} for a, b in pairs]
    totals = trials.totals(variants, passes=passes)
    harms = trials.harms(totals)
    place = {head: number for number, head in enumerate(heads)}
    first, second = ([place[pair[side]] for pair in pairs] for side in (0, 1))
    tables = []
    for quantity in losses:
        counts = trials.counts[quantity]
        deltas = harms[quantity]
        alone_a, alone_b, both = deltas[first], deltas[second], deltas[len(heads) :]
        low, high = ends(both - alone_a - alone_b, counts, units)
        rows = [(*a, *b) for a, b in pairs]
        table = pd.DataFrame(rows, columns=["stack", "layer_a", "head_a", "stack_b", "layer_b", "head_b"])
        table = table.assign(
            model=trials.model.name, kind=kind, quantity=quantity, low=low, high=high, n=int((counts > 0).sum())
        )
        for name, part in (
            ("delta_a", alone_a),
            ("delta_b", alone_b),
            ("delta_both", both),
            ("interaction", both - alone_a - alone_b),
        ):
            table[name] = mean_of(part, counts)
        tables.append(table[list(COLUMNS)])
    return pd.concat(tables, ignore_index=True)
