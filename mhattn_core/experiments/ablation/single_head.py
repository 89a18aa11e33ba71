"""Each head off alone."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import Kind
from mhattn_core.experiments.ablation.trials import Passes, Totals, Trials, unheard
from mhattn_core.heads import HEAD_COLUMNS, Head
from mhattn_core.measures.ablation.effects import mean_of
from mhattn_core.measures.ablation.effects_of import effects_of
from mhattn_core.measures.roles.significance import adjusted

COLUMNS = (
    *("model", "stack", "layer", "head", "kind", "quantity"),
    *("intact", "ablated", "delta", "low", "high", "p", "q", "gradient_importance", "n", "units"),
)


def each_off(trials: Trials, kind: Kind, heads: Sequence[Head] | None = None, *, passes: Passes = unheard) -> Totals:
    """Totals ``[head, text]`` of each quantity; heads: by default all, in the order of ``all_heads``."""
    chosen = trials.model.attention.all_heads() if heads is None else heads
    return trials.totals([{head: kind} for head in chosen], passes=passes)


def ablation_table(
    trials: Trials,
    off: Totals,
    kind: Kind,
    units: Sequence[str] | None = None,
    heads: Sequence[Head] | None = None,
) -> pd.DataFrame:
    """Rows of ``ablation.parquet``. off, heads: as of ``each_off``; units: see ``effects``.

    delta: above 0 where the model does worse without the head; p: two-sided, that the head changes nothing (see
    ``effects_of``); q: adjusted over the heads of the table. Single ablation understates a head for which
    others stand in: see ``interactions``.
    Source: Michel et al. 2019, section 3 (one head at a time); Benjamini & Hochberg 1995.
    """
    chosen = trials.model.attention.all_heads() if heads is None else heads
    importance = gradient_table(trials, chosen)["gradient_importance"].to_numpy()
    tables = []
    for quantity, counts in trials.counts.items():
        rows = effects_of(quantity, off[quantity], trials.intact[quantity], counts, units)
        rows["q"] = adjusted(rows["p"].to_numpy())
        columns = head_columns(trials, chosen).assign(kind=kind, quantity=quantity, gradient_importance=importance)
        tables.append(columns.join(rows))
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def gradient_table(trials: Trials, heads: Sequence[Head] | None = None) -> pd.DataFrame:
    """model, stack, layer, head, gradient_importance: see ``gate_gradients``, per word asked for or per text."""
    chosen = trials.model.attention.all_heads() if heads is None else heads
    totals = np.stack([trials.importance[head] for head in chosen])
    return head_columns(trials, chosen).assign(gradient_importance=mean_of(totals, trials.counts[trials.main]))


def ranked(rows: pd.DataFrame, column: str) -> list[Head]:
    """The heads of a table, the largest value first, equal ones in the order of its rows."""
    return Head.of_table(rows.sort_values(column, ascending=False, kind="stable"))


def head_columns(trials: Trials, heads: Sequence[Head]) -> pd.DataFrame:
    table = pd.DataFrame(heads, columns=HEAD_COLUMNS[1:])
    table.insert(0, "model", trials.model.name)
    return table
