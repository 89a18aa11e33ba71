"""Many heads off at once: all but one of a layer, or a whole group of like ones."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import Ablation, Kind
from mhattn_core.attention.attend import attend
from mhattn_core.experiments.ablation.single_head import head_columns
from mhattn_core.experiments.ablation.trials import Passes, Totals, Trials, unheard
from mhattn_core.experiments.redundancy.heads import heads_of
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.effects import ends, mean_of
from mhattn_core.measures.ablation.effects_of import effects_of
from mhattn_core.measures.redundancy.clusters import MOST_GROUPS, tree
from mhattn_core.measures.redundancy.distances import js_sums
from mhattn_core.measures.statistics import quotient
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

KEEP_ONE = (
    "model",
    "stack",
    "layer",
    "head",
    "kind",
    "quantity",
    "intact",
    "all_off",
    "ablated",
    "delta",
    "low",
    "high",
    "n",
)
CLUSTERS = (
    *("model", "stack", "cluster", "heads", "size", "kind", "quantity"),
    *("sum_of_single", "together", "low", "high", "excess", "excess_low", "excess_high", "n"),
)


def keep_one(
    trials: Trials,
    kind: Kind,
    units: Sequence[str] | None = None,
    *,
    passes: Passes = unheard,
) -> pd.DataFrame:
    """Rows of ``keep_one.parquet``: each layer with one of its heads only, and (``all_off``) with none; delta and its
    interval from intact.

    Source: Michel et al. 2019, section 3.3.
    """
    heads = trials.model.attention.all_heads()
    layers = list(dict.fromkeys(head[:2] for head in heads))
    none: list[Ablation] = [{head: kind for head in heads if head[:2] == layer} for layer in layers]
    kept: list[Ablation] = [{other: kind for other in none[layers.index(head[:2])] if other != head} for head in heads]
    totals = trials.totals([*none, *kept], passes=passes)
    tables = []
    for quantity, counts in trials.counts.items():
        all_off = mean_of(totals[quantity][: len(layers)], counts)[[layers.index(head[:2]) for head in heads]]
        table = head_columns(trials, heads).assign(kind=kind, quantity=quantity, all_off=all_off)
        tables.append(
            table.join(effects_of(quantity, totals[quantity][len(layers) :], trials.intact[quantity], counts, units))
        )
    return pd.concat(tables, ignore_index=True)[list(KEEP_ONE)]


def clusters_of(model: Model, pairs: Sequence[SentencePair]) -> list[list[Head]]:
    """Groups of like heads of one stack: the tree of JS distances over all pairs cut into twenty, those of two heads to
    half of all.

    None in a stack of fewer than four heads.
    """
    found = []
    for stack in model.stacks:
        sums = sum(js_sums(heads_of(attend(model, pair), stack).arrays) for pair in pairs)
        distances = np.nan_to_num(quotient(np.asarray(sums)), nan=np.log(2))
        np.fill_diagonal(distances, 0)
        heads = [head for head in model.attention.all_heads() if head.stack == stack]
        labels = tree(distances).cut(min(MOST_GROUPS, len(heads) // 2))
        groups = [
            [head for head, own in zip(heads, labels, strict=True) if own == label] for label in np.unique(labels)
        ]
        found += [group for group in groups if 1 < len(group) <= len(heads) / 2]
    return found


def clusters_off(
    trials: Trials,
    clusters: Sequence[Sequence[Head]],
    off: Totals,
    kind: Kind,
    units: Sequence[str] | None = None,
    *,
    passes: Passes = unheard,
) -> pd.DataFrame:
    """Rows of ``cluster_ablation.parquet``: what a whole group costs beside the sum of what its heads cost alone.

    off: as ``each_off`` gives it, of the same kind. low, high: the interval of ``together``. excess: ``together`` less
    the sum, with an interval of its own from the differences of each text, which is narrower than the two intervals
    let one think.
    """
    if not clusters:
        return pd.DataFrame(columns=list(CLUSTERS))
    totals = trials.totals([dict.fromkeys(heads, kind) for heads in clusters], passes=passes)
    together, single = trials.harms(totals), trials.harms(off)
    place = {head: number for number, head in enumerate(trials.model.attention.all_heads())}
    tables = []
    for quantity, counts in trials.counts.items():
        deltas, alone = together[quantity], single[quantity]
        singles = np.stack([alone[[place[head] for head in heads]].sum(axis=0) for heads in clusters])
        low, high = ends(deltas, counts, units)
        excess_low, excess_high = ends(deltas - singles, counts, units)
        rows = [
            (heads[0].stack, number, ", ".join(head.name for head in heads), len(heads))
            for number, heads in enumerate(clusters)
        ]
        table = pd.DataFrame(rows, columns=["stack", "cluster", "heads", "size"]).assign(
            model=trials.model.name,
            kind=kind,
            quantity=quantity,
            sum_of_single=mean_of(singles, counts),
            together=mean_of(deltas, counts),
            low=low,
            high=high,
            excess=mean_of(deltas - singles, counts),
            excess_low=excess_low,
            excess_high=excess_high,
            n=int((counts > 0).sum()),
        )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)[list(CLUSTERS)]
