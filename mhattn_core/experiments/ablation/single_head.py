"""Each head off alone."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import Kind
from mhattn_core.experiments.ablation.trials import Passes, Totals, Trials, unheard
from mhattn_core.heads import HEAD_COLUMNS, Head
from mhattn_core.measures.ablation.effects import EFFECT, effects, mean_of

COLUMNS = ("model", "stack", "layer", "head", "kind", "quantity", *EFFECT[:-1], "gradient_importance", "n")


def each_off(trials: Trials, kind: Kind, *, passes: Passes = unheard) -> Totals:
    """Totals ``[head, sentence]`` of each quantity, heads in the order of ``all_heads``."""
    return trials.totals([{head: kind} for head in trials.model.attention.all_heads()], passes=passes)


def ablation_table(trials: Trials, off: Totals, kind: Kind, weights: np.ndarray | None = None) -> pd.DataFrame:
    """Rows of ``ablation.parquet``. off: as ``each_off`` gives it; weights: see ``effects``.

    Single ablation understates a head for which others stand in: see ``interactions``. Source: Michel et al. 2019,
    section 3 (one head at a time).
    """
    heads = trials.model.attention.all_heads()
    found = gradient_table(trials)["gradient_importance"].to_numpy()
    tables = [
        head_columns(trials, heads)
        .assign(kind=kind, quantity=quantity, gradient_importance=found)
        .join(effects(off[quantity], trials.intact[quantity], counts, weights))
        for quantity, counts in trials.counts.items()
    ]
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def gradient_table(trials: Trials) -> pd.DataFrame:
    """model, stack, layer, head, gradient_importance: see ``gate_gradients``, per word asked for or per sentence."""
    heads = trials.model.attention.all_heads()
    totals = np.stack([trials.importance[head] for head in heads])
    return head_columns(trials, heads).assign(gradient_importance=mean_of(totals, trials.counts[trials.main]))


def ranked(rows: pd.DataFrame, column: str) -> list[Head]:
    """The heads of a table, the largest value first, equal ones in the order of its rows."""
    return Head.of_table(rows.sort_values(column, ascending=False, kind="stable"))


def head_columns(trials: Trials, heads: Sequence[Head]) -> pd.DataFrame:
    table = pd.DataFrame(heads, columns=HEAD_COLUMNS[1:])
    table.insert(0, "model", trials.model.name)
    return table
