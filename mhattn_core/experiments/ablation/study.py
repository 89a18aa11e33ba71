"""All tables of heads that are off, over the sentences of a corpus; ``pair`` makes the same ones for one pair."""

from collections.abc import Callable, Sequence

import pandas as pd

from mhattn_core.attention.ablation import OUTPUTS
from mhattn_core.experiments.ablation import curves, groups, interactions, single_head
from mhattn_core.experiments.ablation.trials import PRIMARY, Trials
from mhattn_core.measures.statistics import bootstrap_weights
from mhattn_core.models import Model
from mhattn_core.text.pair import SentencePair

# What keeps 270 heads of 30 layers within minutes.
SENTENCES, FEWER = 200, 30
MOST_INTERACTING, TO_CLUSTER = 8, 20

TABLES = {
    "ablation": single_head.COLUMNS,
    "interactions": interactions.COLUMNS,
    "curves": curves.COLUMNS,
    "keep_one": groups.KEEP_ONE,
    "cluster_ablation": groups.CLUSTERS,
}


def ablation_tables(
    model: Model, pairs: Sequence[SentencePair], *, tell: Callable[[int], object] = lambda _sentences: None
) -> dict[str, pd.DataFrame]:
    """The rows of each of ``TABLES``, with intervals; none where the model can take none of the pairs.

    Other ways to switch heads off than the primary one, curves and layers of one head rest on the first 30 pairs.
    tell: so many sentences more were put through the network (``passes`` in all).
    """

    def count(sentences: int, _of: int) -> None:
        tell(sentences)

    refused = Trials(model, pairs).problems
    pairs = [pair for number, pair in enumerate(pairs) if number not in refused]
    if not pairs:
        return {name: pd.DataFrame(columns=list(columns)) for name, columns in TABLES.items()}
    means = Trials(model, pairs).corpus_means
    trials, fewer = Trials(model, pairs, means=means), Trials(model, pairs[:FEWER], means=means)
    weights = bootstrap_weights([f"{pair.source}\n{pair.target}" for pair in pairs])
    few = weights[:, :FEWER]
    off = single_head.each_off(trials, PRIMARY, passes=count)
    alone = single_head.ablation_table(trials, off, PRIMARY, weights)
    others = [kind for kind in OUTPUTS if kind != PRIMARY and (kind != "uniform" or model.attention.gives_values)]
    tables = [
        single_head.ablation_table(fewer, single_head.each_off(fewer, kind, passes=count), kind, few) for kind in others
    ]
    main = alone[alone["quantity"] == trials.main].sort_values("delta", ascending=False, kind="stable")
    costliest, by_gradient = single_head.ranked(main, "delta"), single_head.ranked(main, "gradient_importance")
    clusters = groups.clusters_of(model, trials.fed[:TO_CLUSTER])
    return {
        "ablation": pd.concat([alone, *tables], ignore_index=True),
        "interactions": interactions.interaction_table(
            trials, costliest[:MOST_INTERACTING], PRIMARY, weights, passes=count
        ),
        "curves": curves.fault_curves(fewer, by_gradient, PRIMARY, passes=count),
        "keep_one": groups.keep_one(fewer, PRIMARY, few, passes=count),
        "cluster_ablation": groups.clusters_off(trials, clusters, off, PRIMARY, weights, passes=count),
    }


def passes(pairs: int, heads: int) -> int:
    """How many sentences ``ablation_tables`` puts through the network, for so many pairs and heads, groups left out."""
    many, few = min(pairs, SENTENCES), min(pairs, FEWER)
    singles = heads * (many + 2 * few)
    two_by_two = MOST_INTERACTING * (MOST_INTERACTING + 1) // 2 * many
    at_once = ((curves.STEPS - 2) * (curves.DRAWS + 1) + 2 + heads) * few
    return singles + two_by_two + at_once
