"""Many heads off at once: all but one of a layer, or a whole group of like ones."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import HeadId, Kind
from mhattn_core.attention.variants import Variant
from mhattn_core.measures.faults.effects import effects, ends, mean_of
from mhattn_core.measures.faults.single import head_columns
from mhattn_core.measures.faults.trials import Totals, Trials, heads_of

KEEP_ONE = ("model", "stack", "layer", "head", "kind", "quantity", "intact", "all_off", "ablated", "delta", "low", "high", "n")
CLUSTERS = ("model", "stack", "cluster", "heads", "size", "kind", "quantity", "sum_of_single", "together", "low", "high", "n")


def keep_one(
    trials: Trials, kind: Kind, weights: np.ndarray | None = None, *, tell: Callable[[int], object] = lambda _sentences: None
) -> pd.DataFrame:
    """Rows of ``keep_one.parquet``: each layer with one of its heads only, and (``all_off``) with none; delta and its interval from intact.

    Source: Michel et al. 2019, section 3.3.
    """
    heads = heads_of(trials.model)
    layers = list(dict.fromkeys(head[:2] for head in heads))
    none: list[Variant] = [{head: kind for head in heads if head[:2] == layer} for layer in layers]
    kept: list[Variant] = [{other: kind for other in none[layers.index(head[:2])] if other != head} for head in heads]
    totals = trials.totals([*none, *kept], tell=tell)
    tables = []
    for quantity, counts in trials.counts.items():
        all_off = mean_of(totals[quantity][: len(layers)], counts)[[layers.index(head[:2]) for head in heads]]
        table = head_columns(trials, heads).assign(kind=kind, quantity=quantity, all_off=all_off)
        tables.append(table.join(effects(totals[quantity][len(layers) :], trials.intact[quantity], counts, weights)))
    return pd.concat(tables, ignore_index=True)[list(KEEP_ONE)]


def clusters_off(
    trials: Trials,
    clusters: Sequence[Sequence[HeadId]],
    off: Totals,
    kind: Kind,
    weights: np.ndarray | None = None,
    *,
    tell: Callable[[int], object] = lambda _sentences: None,
) -> pd.DataFrame:
    """Rows of ``cluster_ablation.parquet``: what a whole group costs beside the sum of what its heads cost alone; low, high of ``together``.

    off: totals of each head alone over the same sentences, as ``each_off``.
    """
    if not clusters:
        return pd.DataFrame(columns=list(CLUSTERS))
    place = {head: number for number, head in enumerate(heads_of(trials.model))}
    totals = trials.totals([dict.fromkeys(heads, kind) for heads in clusters], tell=tell)
    tables = []
    for quantity, counts in trials.counts.items():
        deltas = totals[quantity] - trials.intact[quantity]
        alone = mean_of(off[quantity] - trials.intact[quantity], counts)
        low, high = ends(deltas, counts, weights)
        rows = [
            (heads[0][0], number, ", ".join(f"L{layer} H{head}" for _stack, layer, head in heads), len(heads))
            for number, heads in enumerate(clusters)
        ]
        table = pd.DataFrame(rows, columns=["stack", "cluster", "heads", "size"]).assign(
            model=trials.model.name,
            kind=kind,
            quantity=quantity,
            sum_of_single=[alone[[place[head] for head in heads]].sum() for heads in clusters],
            together=mean_of(deltas, counts),
            low=low,
            high=high,
            n=int((counts > 0).sum()),
        )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)[list(CLUSTERS)]
