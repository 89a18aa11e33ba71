"""Whether a model still prefers what grammar allows, with a head off: the causal half of a head's role."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablated_batches import Variants, row_means
from mhattn_core.attention.ablation import Ablation, Kind, Outputs, Replacements
from mhattn_core.attention.languages import language_of
from mhattn_core.attention.minimal_pair_batches import choices
from mhattn_core.experiments.ablation.trials import BATCH
from mhattn_core.heads import HEAD_COLUMNS
from mhattn_core.measures.ablation.agreement import lost_answers
from mhattn_core.measures.ablation.effects import effects, ends
from mhattn_core.measures.roles.significance import adjusted
from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES
from mhattn_core.models.catalogue import entries
from mhattn_core.models.control_names import trained_name
from mhattn_core.models.model import Model
from mhattn_core.text.minimal_pairs import MinimalPair

COLUMNS = (
    *("model", "relation", "stack", "layer", "head", "kind"),
    *("intact", "ablated", "delta", "low", "high", "p95"),
    *("margin", "margin_lost", "margin_low", "margin_high", "margin95", "p", "q", "hurts", "n", "openings"),
)
CHANCE = 0.5
MOST_HEADS = 0.95
"""A head is said to hurt a relation if it costs more than this share of the heads."""
ONE_WAY = ("marian",)
"""Families of translators that read the first of their languages alone."""


def minimal_pairs_table(
    model: Model,
    pairs: Sequence[MinimalPair],
    kind: Kind,
    means: Outputs | None = None,
    *,
    tell: Callable[[int], object] = lambda _pairs: None,
) -> pd.DataFrame:
    """Rows of ``minimal_pairs.parquet``, a head and relation each: what is lost when the head is off.

    Accuracy: the share of pairs whose good word is likelier than the bad one; ``delta`` of it is lost (``low``,
    ``high``: ``lost_answers``). Margin: ln p of the good word less ln p of the bad one, in nats, over the pairs;
    ``margin_lost`` of it is lost. Pairs of one opening are one unit (``openings`` of them). p, q: of ``margin_lost``,
    two-sided, by ``paired_p``, and adjusted over the heads of the model for the relation. p95, margin95: 95th
    percentile over these heads. ``hurts``: a margin lost beyond ``margin95``, its interval above 0 and q at most 0.05.

    No rows for a model without a language head, for a relation whose pairs are in a language that it does not read, nor
    for one in which the intact model is no better than chance (the interval of its accuracy reaches one half): it has
    nothing to lose.
    """
    heads, pairs = model.attention.all_heads(), readable(model, pairs)
    run = Variants(model)
    intact = _margins(run, pairs, [{}], means)[0]
    tables = [pd.DataFrame(columns=list(COLUMNS))]
    for relation in dict.fromkeys(pair.relation for pair in pairs):
        own = np.array([pair.relation == relation for pair in pairs]) & ~np.isnan(intact)
        asked = [pair for pair, is_asked in zip(pairs, own, strict=True) if is_asked]
        if not asked or not _beats_chance(intact[own], [pair.opening for pair in asked]):
            continue
        off = _margins(run, asked, [{head: kind} for head in heads], means, tell)
        table = pd.DataFrame(heads, columns=HEAD_COLUMNS[1:]).join(
            losses(off, intact[own], [pair.opening for pair in asked])
        )
        tables.append(table.assign(model=model.name, relation=relation, kind=kind)[list(COLUMNS)])
    return pd.concat(tables[1:] or tables, ignore_index=True)


def losses(off: np.ndarray, intact: np.ndarray, openings: Sequence[str]) -> pd.DataFrame:
    """The numbers of ``minimal_pairs_table``, a row a head, from margins ``[head, pair]`` and ``[pair]`` in nats."""
    lost = (intact > 0).astype(float) - (off > 0)
    low, high = lost_answers(lost, openings)
    margin = effects(-off, -intact, np.ones(len(intact)), openings)
    table = pd.DataFrame(
        {
            "intact": (intact > 0).mean(),
            "ablated": (off > 0).mean(axis=1),
            "delta": lost.mean(axis=1),
            "low": low,
            "high": high,
            "p95": np.quantile(lost.mean(axis=1), MOST_HEADS),
            "margin": intact.mean(),
            "margin_lost": margin["delta"],
            "margin_low": margin["low"],
            "margin_high": margin["high"],
            "margin95": margin["delta"].quantile(MOST_HEADS),
            "p": margin["p"],
            "q": adjusted(margin["p"].to_numpy()),
            "n": len(intact),
            "openings": len(set(openings)),
        }
    )
    beyond = (table["margin_lost"] > table["margin95"]) & (table["margin_low"] > 0)
    return table.assign(hurts=beyond & (table["q"] <= FALSE_DISCOVERIES))


def _beats_chance(margins: np.ndarray, openings: Sequence[str]) -> bool:
    """Whether the interval of the accuracy lies above one half; of too few openings for one, the accuracy itself."""
    right = (margins > 0).astype(float)
    low = ends(right[None], np.ones(len(right)), openings)[0][0]
    return bool((right.mean() if np.isnan(low) else low) > CHANCE)


def readable(model: Model, pairs: Sequence[MinimalPair]) -> list[MinimalPair]:
    """The pairs in a language that the model reads, by the catalogue; all of them for a model that does not stand
    there.
    """
    return [pair for pair in pairs if reads(model, pair.source if "cross" in model.stacks else pair.opening)]


def reads(model: Model, text: str) -> bool:
    """Whether a model reads the language of a text, by the catalogue; a model that does not stand there reads all."""
    entry = entries().get(trained_name(model.name))
    if entry is None:
        return True
    languages = entry.languages[:1] if entry.family in ONE_WAY else entry.languages
    return language_of(text) in languages


def _margins(
    run: Variants,
    pairs: Sequence[MinimalPair],
    variants: Sequence[Ablation],
    means: Outputs | None,
    tell: Callable[[int], object] = lambda _pairs: None,
) -> np.ndarray:
    """ln p of the good word less ln p of the bad one, ``[variant, pair]``, in nats; NaN for pairs that the model cannot
    be asked.
    """
    margins = np.full((len(variants), len(pairs)), np.nan)
    for batch in choices(run.model, pairs, tokens=BATCH):
        replacements = Replacements(row_means(run.model, batch.task) if means is None else means)
        surprisal = run(batch.task, variants, replacements).double().numpy()
        margins[:, batch.numbers] = surprisal[:, batch.rows, batch.bad] - surprisal[:, batch.rows, batch.good]
        tell(len(variants) * len(batch.task.rows))
    return margins
