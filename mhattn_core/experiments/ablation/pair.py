"""One pair, live."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import HeadId, Kind
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.groups import clusters_of, clusters_off
from mhattn_core.experiments.ablation.interactions import interactions
from mhattn_core.experiments.ablation.quantities import Quantity, covers
from mhattn_core.experiments.ablation.single_head import ablation_table, each_off, gradient_table
from mhattn_core.experiments.ablation.trials import Trials, heads_of
from mhattn_core.locale import _
from mhattn_core.models import Model
from mhattn_core.text.pair import SentencePair

Tell = Callable[[float], object]


class PairLoss(NamedTuple):
    """n: how many words were asked for; 1 where it is not about words."""

    quantity: Quantity
    value: float
    n: int


def pair_loss(model: Model, pair: SentencePair, ablate: Mapping[HeadId, Kind] | None = None) -> PairLoss:
    """The model's main quantity for one pair with heads off. Raises Problem for a pair that cannot be fed, or a head
    that is not there.
    """
    return _losses(_trials(model, pair), [ablate or {}])[0]


def ablate_each(
    model: Model, pair: SentencePair, *, kind: Kind = "mean", tell: Tell = lambda _share: None
) -> pd.DataFrame:
    """Every head off alone: rows of ``ablation.parquet`` without intervals; ``mean`` is over the pair's own positions."""
    trials = _trials(model, pair)
    return ablation_table(trials, each_off(trials, kind, tell=_shares(tell, len(heads_of(model)))), kind)


def gradient_importance(model: Model, pair: SentencePair) -> pd.DataFrame:
    """model, stack, layer, head, gradient_importance, from one backward pass."""
    return gradient_table(_trials(model, pair))


def pair_interactions(
    model: Model, pair: SentencePair, heads: Sequence[HeadId], *, kind: Kind = "mean", tell: Tell = lambda _share: None
) -> pd.DataFrame:
    """Rows of ``interactions.parquet`` without intervals. Raises Problem for a model that has no loss."""
    trials = _trials(model, pair)
    if not covers(trials.main):
        raise Problem(
            _(
                "“{name}” has no language head and so no loss: whether its heads stand in for one another cannot be told."
            ).format(name=model.name),
            _("Choose a model with a language head."),
        )
    return interactions(trials, heads, kind, tell=_shares(tell, len(heads) * (len(heads) + 1) // 2))


def pair_clusters(
    model: Model, pair: SentencePair, alone: pd.DataFrame, kind: Kind, *, tell: Tell = lambda _share: None
) -> pd.DataFrame:
    """Rows of ``cluster_ablation.parquet`` without intervals, of groups of heads that are alike on the pair. alone: as
    ``ablate_each``, of the kind.
    """
    trials = _trials(model, pair)
    clusters = clusters_of(model, trials.fed)
    # A total is a value times what it is over.
    off = {
        quantity: alone.loc[alone["quantity"] == quantity, ["ablated"]].to_numpy() * counts
        for quantity, counts in trials.counts.items()
    }
    return clusters_off(trials, clusters, off, kind, tell=_shares(tell, len(clusters)))


def _trials(model: Model, pair: SentencePair) -> Trials:
    trials = Trials(model, [pair])
    for problem in trials.problems.values():
        raise problem
    if not trials.counts[trials.main].any():
        raise Problem(_("This sentence is too short: no word in it can be asked for."), _("Type a longer one."))
    return trials


def _losses(
    trials: Trials, variants: Sequence[Mapping[HeadId, Kind]], tell: Tell = lambda _share: None
) -> list[PairLoss]:
    count = int(trials.counts[trials.main][0])
    totals = trials.totals(variants, tell=_shares(tell, len(variants)))[trials.main][:, 0]
    return [PairLoss(trials.main, float(total) / count, count) for total in totals]


def _shares(tell: Tell, variants: int) -> Callable[[int], None]:
    done = np.zeros(())

    def more(passed: int) -> None:
        done[...] += passed
        tell(min(float(done) / variants, 1.0))

    return more
