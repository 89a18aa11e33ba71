"""One pair, live: the tables of a run's study without intervals, each when it is asked for."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import OF_EDGES, Ablation, Kind
from mhattn_core.attention.edges import Removed, first_words, words_in_sight
from mhattn_core.errors import Problem
from mhattn_core.experiments.ablation.curves import fault_curves
from mhattn_core.experiments.ablation.groups import clusters_of, clusters_off, keep_one
from mhattn_core.experiments.ablation.interactions import interaction_table
from mhattn_core.experiments.ablation.single_head import ablation_table, each_off, gradient_table, ranked
from mhattn_core.experiments.ablation.trials import PRIMARY, Passes, Trials
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.ablation.quantities import Quantity, covers
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

Tell = Callable[[float], object]


class PairLoss(NamedTuple):
    """n: how many words were asked for; 1 where it is not about words."""

    quantity: Quantity
    value: float
    n: int


def pair_loss(model: Model, pair: SentencePair, ablate: Ablation | None = None) -> PairLoss:
    """The model's main quantity for one pair with heads off. Raises Problem for a pair that cannot be fed, or a head
    that is not there.
    """
    trials = _trials(model, pair)
    count = int(trials.counts[trials.main][0])
    total = float(trials.totals([ablate or {}])[trials.main][0, 0])
    return PairLoss(trials.main, total / count, count)


def ablate_each(
    model: Model, pair: SentencePair, *, kind: Kind = PRIMARY, tell: Tell = lambda _share: None
) -> pd.DataFrame:
    """Every head off alone: rows of ``ablation.parquet`` without intervals; ``mean`` is over the pair's own
    positions.
    """
    trials = _trials(model, pair)
    return ablation_table(trials, each_off(trials, kind, passes=_shares(tell)), kind)


def edges_of_word(
    model: Model, pair: SentencePair, head: Head, looking: int, *, tell: Tell = lambda _share: None
) -> pd.DataFrame:
    """What a head's edges from one word are worth to the pair, one at a time (attention knockout, Geva et al. 2023).

    looking: the word on the head's query axis, from 0. A row for each word that it may look at, itself too (``looked_at``, on
    the key axis), and each way of taking the edge out (``kind``): model, stack, layer, head, looking, looked_at, kind,
    quantity, intact, ablated, delta, n. Raises Problem for a word that may look at no other, and one that the model
    does not read here: a model that makes vectors reads the first sentence alone.
    """
    trials = _trials(model, pair)
    ((row,),) = (task.rows for task in trials.tasks)
    of_query, of_key = first_words(row, head.stack)
    sight = words_in_sight(row, head.stack, of_query + looking)
    if not len(sight):
        raise Problem(
            _("This word may look at no other word that “{name}” reads here.").format(name=model.name),
            _("Choose another word."),
        )
    if head.stack != "cross":
        sight = np.union1d(sight, of_query + looking)
    asked = [(int(word), kind) for word in sight for kind in OF_EDGES]
    removed = [Removed({row.number: [(of_query + looking, word)]}) for word, _kind in asked]
    off: list[Ablation] = [{head: kind} for _word, kind in asked]
    totals = trials.totals(off, removed=removed, passes=_shares(tell))[trials.main][:, 0]
    count, intact = int(trials.counts[trials.main][0]), float(trials.intact[trials.main][0])
    table = pd.DataFrame(
        {
            "looked_at": [word - of_key for word, _kind in asked],
            "kind": [kind for _word, kind in asked],
            "ablated": totals / count,
        }
    )
    about = {"model": model.name, **head._asdict(), "looking": looking}
    return table.assign(
        **about, quantity=trials.main, intact=intact / count, delta=table["ablated"] - intact / count, n=count
    )[[*about, "looked_at", "kind", "quantity", "intact", "ablated", "delta", "n"]]


def gradient_importance(model: Model, pair: SentencePair) -> pd.DataFrame:
    """model, stack, layer, head, gradient_importance, from one backward pass."""
    return gradient_table(_trials(model, pair))


def pair_interactions(
    model: Model, pair: SentencePair, heads: Sequence[Head], *, kind: Kind = PRIMARY, tell: Tell = lambda _share: None
) -> pd.DataFrame:
    """Rows of ``interactions.parquet`` without intervals. Raises Problem for a model that has no loss."""
    trials = _trials(model, pair)
    if not covers(trials.main):
        raise Problem(
            _(
                "“{name}” has no language head and so no loss: whether its heads stand in for one another cannot be "
                "told."
            ).format(name=model.name),
            _("Choose a model with a language head."),
        )
    return interaction_table(trials, heads, kind, passes=_shares(tell))


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
    return clusters_off(trials, clusters, off, kind, passes=_shares(tell))


def pair_curves(model: Model, pair: SentencePair, *, tell: Tell = lambda _share: None) -> pd.DataFrame:
    """Rows of ``curves.parquet``; the heads that one backward pass ranks first go first."""
    trials = _trials(model, pair)
    by_gradient = ranked(gradient_table(trials), "gradient_importance")
    return fault_curves(trials, by_gradient, PRIMARY, passes=_shares(tell))


def pair_keep_one(model: Model, pair: SentencePair, *, tell: Tell = lambda _share: None) -> pd.DataFrame:
    """Rows of ``keep_one.parquet`` without intervals."""
    return keep_one(_trials(model, pair), PRIMARY, passes=_shares(tell))


def _trials(model: Model, pair: SentencePair) -> Trials:
    trials = Trials(model, [pair])
    for problem in trials.problems.values():
        raise problem
    if not trials.counts[trials.main].any():
        raise Problem(_("This sentence is too short: no word in it can be asked for."), _("Type a longer one."))
    return trials


def _shares(tell: Tell) -> Passes:
    """Passes as the share of a table that is done, 0 to 1."""
    done = 0

    def more(sentences: int, of: int) -> None:
        nonlocal done
        done += sentences
        tell(done / of)

    return more
