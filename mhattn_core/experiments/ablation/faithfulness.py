"""How much of a model its best heads can do alone, by several rankings of its heads."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mhattn_core.attention.ablation import Ablation, Kind, Outputs
from mhattn_core.experiments.ablation import single_head
from mhattn_core.experiments.ablation.texts import AblationText, ReadAs
from mhattn_core.experiments.ablation.trials import PRIMARY, Passes, Trials
from mhattn_core.experiments.attribution import attribution_table
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.effects import mean_of
from mhattn_core.measures.ablation.recovered import area, recovered, recovered_of_texts
from mhattn_core.models.model import Model

COLUMNS = (
    *("model", "order", "draw", "kept", "share_kept", "kind", "quantity", "value"),
    *("recovered", "q10", "median", "q90", "area", "n"),
)
RANKED: Mapping[ReadAs, int] = {"context": 3, "sentence": 30, "pair": 30, "whole": 30}
KEPT: Mapping[ReadAs, int] = {"context": 8, "sentence": 60, "pair": 60, "whole": 60}
"""Texts that rank the heads, and others that are read with the best heads alone."""
HALVINGS, DRAWS = 5, 5
KINDS: tuple[Kind, ...] = ("mean", "zero")
"""How the other heads are switched off."""

Rankings = Mapping[str, Sequence[Head]]
"""All heads by the name of each ranking, the best first."""


def kept_at(heads: int) -> list[int]:
    """How many heads are kept at each point: none, all, and between them each time half as many."""
    return sorted({0, *(round(heads / 2**step) for step in range(HALVINGS + 1))})


def halves(texts: Sequence[AblationText]) -> tuple[list[AblationText], list[AblationText]]:
    """Texts that rank the heads, and others; of a corpus of one text, the same."""
    if len(texts) < 2:
        return list(texts), list(texts)
    return list(texts[::2][: RANKED[texts[0].read_as]]), list(texts[1::2][: KEPT[texts[0].read_as]])


def faithfulness_table(
    model: Model,
    texts: Sequence[AblationText],
    roles: Mapping[Head, float],
    *,
    tell: Callable[[int], object] = lambda _texts: None,
) -> pd.DataFrame:
    """Rows of ``faithfulness.parquet``: ``COLUMNS``. Of each ranking (order) the best heads are kept, all others
    switched off.

    Rankings are made on one half of the texts and tried on the other: ``importance`` by gradients (Michel et al. 2019),
    ``attribution`` by what a head adds to the right word's logit (see ``attribution_table``), ``ablation`` by what is
    lost without it, ``role`` by roles (given: how far its best relation lies above the best distance; empty where there
    are none), and ``random``, several draws. A ranking that the model does not allow is not there. recovered, q10,
    median, q90: see ``recovered`` and ``recovered_of_texts``; area: under recovered, along the share of heads kept. tell:
    so many texts more were put through the network.
    """

    def count(more: int, _of: int) -> None:
        tell(more)

    refused = Trials(model, [text.pair for text in texts]).problems
    texts = [text for number, text in enumerate(texts) if number not in refused]
    if not texts:
        return pd.DataFrame(columns=COLUMNS)
    ranking, kept = halves(texts)
    means = _trials(model, texts, None).corpus_means
    ranked = rankings(_trials(model, ranking, means), ranking, roles, passes=count)
    return curves(_trials(model, kept, means), ranked, passes=count)


def rankings(
    trials: Trials, texts: Sequence[AblationText], roles: Mapping[Head, float], *, passes: Passes
) -> dict[str, list[Head]]:
    """The rankings that the model allows, each of all its heads."""
    off = single_head.each_off(trials, PRIMARY, passes=passes)
    alone = single_head.ablation_table(trials, off, PRIMARY)
    main = alone[alone["quantity"] == trials.main]
    found = {
        "importance": single_head.ranked(main, "gradient_importance"),
        "ablation": single_head.ranked(main, "delta"),
    }
    direct = attribution_table(trials.model, texts)
    if len(direct):
        found["attribution"] = _all(trials, single_head.ranked(direct, "direct"))
    if roles:
        found["role"] = _all(trials, sorted(roles, key=lambda head: -roles[head]))
    return found


def curves(trials: Trials, ranked: Rankings, *, passes: Passes) -> pd.DataFrame:
    """Rows of ``faithfulness_table`` for these rankings, and for random ones."""
    heads = trials.model.attention.all_heads()
    orders = [(name, 0, list(order)) for name, order in ranked.items()]
    for draw in range(DRAWS):
        mixed = np.random.default_rng(draw).permutation(len(heads))
        orders.append(("random", draw, [heads[place] for place in mixed]))
    points = [(name, draw, order[:kept]) for name, draw, order in orders for kept in kept_at(len(heads))]
    sets = list(dict.fromkeys(frozenset(kept) for _name, _draw, kept in points))
    tables = []
    for kind in KINDS:
        off: list[Ablation] = [dict.fromkeys((head for head in heads if head not in kept), kind) for kept in sets]
        totals = trials.totals(off, passes=passes)
        for quantity, counts in trials.counts.items():
            intact, none = trials.intact[quantity], totals[quantity][sets.index(frozenset())]
            values = mean_of(totals[quantity], counts)
            shares = recovered(totals[quantity], intact, none)
            of_texts = recovered_of_texts(totals[quantity], intact, none, counts)
            at = {kept: number for number, kept in enumerate(sets)}
            rows = [
                (name, draw, len(kept), len(kept) / len(heads), values[place], shares[place], *of_texts[:, place])
                for name, draw, kept in points
                for place in (at[frozenset(kept)],)
            ]
            names = ["order", "draw", "kept", "share_kept", "value", "recovered", "q10", "median", "q90"]
            table = pd.DataFrame(rows, columns=names)
            areas = table.groupby(["order", "draw"])[["share_kept", "recovered"]].apply(
                lambda of: area(of["share_kept"].to_numpy(), of["recovered"].to_numpy())
            )
            known = table.join(areas.rename("area"), on=["order", "draw"])
            tables.append(known.assign(kind=kind, quantity=quantity, n=int((counts > 0).sum())))
    return pd.concat(tables, ignore_index=True).assign(model=trials.model.name)[list(COLUMNS)]


def passes_of(model: Model, texts: Sequence[AblationText]) -> int:
    """How many texts ``faithfulness_table`` puts through the network, with all rankings."""
    ranking, kept = halves(texts)
    heads = len(model.attention.all_heads())
    return heads * len(ranking) + len(KINDS) * (4 + DRAWS) * (len(kept_at(heads)) - 2) * len(kept)


def _all(trials: Trials, order: Sequence[Head]) -> list[Head]:
    """With the heads that it does not rank behind the others."""
    return [*order, *(head for head in trials.model.attention.all_heads() if head not in set(order))]


def _trials(model: Model, texts: Sequence[AblationText], means: Outputs | None) -> Trials:
    starts, labels = [text.scored_from for text in texts], [text.label for text in texts]
    return Trials(model, [text.pair for text in texts], means=means, scored_from=starts, labels=labels)
