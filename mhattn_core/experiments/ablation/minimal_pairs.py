"""Whether a model still prefers what grammar allows, with a head off: the causal half of a head's role."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablated_batches import Variants
from mhattn_core.attention.ablation import Ablation, Kind, Means
from mhattn_core.attention.languages import language_of
from mhattn_core.attention.minimal_pair_batches import choices
from mhattn_core.experiments.ablation.trials import BATCH
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.ablation.effects import effects, ends
from mhattn_core.measures.statistics import bootstrap_weights
from mhattn_core.models import Model
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.text.minimal_pairs import MinimalPair

COLUMNS = (
    "model",
    "relation",
    "stack",
    "layer",
    "head",
    "kind",
    "intact",
    "ablated",
    "delta",
    "low",
    "high",
    "p95",
    "hurts",
    "n",
)
CHANCE = 0.5
ONE_WAY = ("marian",)
"""Families of translators that read the first of their languages alone."""


def minimal_pairs_table(
    model: Model,
    pairs: Sequence[MinimalPair],
    kind: Kind,
    means: Means | None = None,
    *,
    tell: Callable[[int], object] = lambda _pairs: None,
) -> pd.DataFrame:
    """Rows of ``minimal_pairs.parquet``: accuracy with all heads and without each one; delta is what is lost, with its
    interval.

    p95: 95th percentile of delta over all heads of the model, for the relation; ``hurts``: above it, and the interval
    above 0. Accuracy: share of pairs whose good word is likelier than the bad one. No rows for a model without a
    language head, for a relation whose pairs are in a language that it does not read, nor for one in which the intact
    model is no better than chance (the interval of its accuracy reaches one half): it has nothing to lose.
    """
    heads, pairs = model.attention.all_heads(), readable(model, pairs)
    run = Variants(model)
    intact = _wrong(run, pairs, [{}], means)
    table = pd.DataFrame(heads, columns=HEAD_COLUMNS[1:])
    tables = [pd.DataFrame(columns=list(COLUMNS))]
    for relation in dict.fromkeys(pair.relation for pair in pairs):
        own = [pair for pair in pairs if pair.relation == relation]
        before = intact[0, [pair.relation == relation for pair in pairs]]
        told = ~np.isnan(before)
        weights = bootstrap_weights([pair.opening for pair, known in zip(own, told, strict=True) if known])
        if not told.any() or ends(before[None, told], np.ones(told.sum()), weights)[1][0] >= CHANCE:
            continue
        wrong = _wrong(run, own, [{head: kind} for head in heads], means, tell)[:, told]
        lost = table.join(effects(wrong, before[told], np.ones(told.sum()), weights))
        lost = lost.assign(
            model=model.name, relation=relation, kind=kind, intact=1 - lost["intact"], ablated=1 - lost["ablated"]
        )
        lost["p95"] = lost["delta"].quantile(0.95)
        tables.append(lost.assign(hurts=(lost["delta"] > lost["p95"]) & (lost["low"] > 0))[list(COLUMNS)])
    return pd.concat(tables[1:] or tables, ignore_index=True)


def readable(model: Model, pairs: Sequence[MinimalPair]) -> list[MinimalPair]:
    """The pairs in a language that the model reads, by the catalogue; all of them for a model that does not stand
    there.
    """
    entry = entries().get(trained_name(model.name))
    if entry is None:
        return list(pairs)
    reads = entry.languages[:1] if entry.family in ONE_WAY else entry.languages
    return [pair for pair in pairs if language_of(pair.source if "cross" in model.stacks else pair.opening) in reads]


def _wrong(
    run: Variants,
    pairs: Sequence[MinimalPair],
    variants: Sequence[Ablation],
    means: Means | None,
    tell: Callable[[int], object] = lambda _pairs: None,
) -> np.ndarray:
    """1 where the bad word is as likely as the good one or likelier, ``[variant, pair]``; NaN for pairs that the model
    cannot be asked.
    """
    wrong = np.full((len(variants), len(pairs)), np.nan)
    for batch in choices(run.model, pairs, tokens=BATCH):
        found = run(batch.task, variants, means).numpy()
        wrong[:, batch.numbers] = found[:, batch.rows, batch.good] >= found[:, batch.rows, batch.bad]
        tell(len(variants) * len(batch.task.rows))
    return wrong
