"""All tables of heads that are off, over the texts of a corpus; ``pair`` makes the same ones for one pair."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from mhattn_core.attention.ablation import Kind, Outputs, kinds_of
from mhattn_core.experiments.ablation import curves, groups, interactions, single_head
from mhattn_core.experiments.ablation.texts import AblationText, ReadAs
from mhattn_core.experiments.ablation.trials import PRIMARY, Spread, Trials
from mhattn_core.models.model import Model

# What keeps 270 heads of 30 layers within minutes.
FEWER: Mapping[ReadAs, int] = {"context": 3, "sentence": 30, "pair": 30, "whole": 30}
REPEATED, MOST_INTERACTING, TO_CLUSTER = 10, 6, 20

TABLES = {
    "ablation": (*single_head.COLUMNS, "tokens", "read_as"),
    "interactions": interactions.COLUMNS,
    "curves": curves.COLUMNS,
    "keep_one": groups.KEEP_ONE,
    "cluster_ablation": groups.CLUSTERS,
}


def ablation_tables(
    model: Model,
    texts: Sequence[AblationText],
    by: Kind = PRIMARY,
    *,
    tell: Callable[[int], object] = lambda _texts: None,
    spread: Spread | None = None,
) -> dict[str, pd.DataFrame]:
    """The rows of each of ``TABLES``, with intervals; none where the model can take none of the texts.

    Every head is switched off ``by`` one kind, and the ten of the largest effect, either way, by the others as well.
    Curves and layers of one head rest on the first texts (``FEWER``). tell: so many texts more were put through the
    network (``passes`` in all). spread: see ``Trials``; it tells by itself.
    """

    def count(more: int, _of: int) -> None:
        tell(more)

    refused = Trials(model, [text.pair for text in texts]).problems
    texts = [text for number, text in enumerate(texts) if number not in refused]
    if not texts:
        return {name: pd.DataFrame(columns=list(columns)) for name, columns in TABLES.items()}
    means = _trials(model, texts, None).corpus_means
    few = fewer(texts)
    trials, some = _trials(model, texts, means, spread), _trials(model, few, means, spread)
    units = [text.unit for text in texts]
    off = single_head.each_off(trials, by, passes=count)
    alone = single_head.ablation_table(trials, off, by, units)
    main = alone[alone["quantity"] == trials.main]
    costliest, by_gradient = single_head.ranked(main, "delta"), single_head.ranked(main, "gradient_importance")
    largest = single_head.ranked(main.assign(size=main["delta"].abs()), "size")[:REPEATED]
    again = [
        single_head.ablation_table(
            trials, single_head.each_off(trials, kind, largest, passes=count), kind, units, largest
        )
        for kind in kinds_of(model)
        if kind != by
    ]
    clusters = groups.clusters_of(model, trials.fed[:TO_CLUSTER])
    return {
        "ablation": pd.concat([alone, *again], ignore_index=True).assign(
            tokens=int(trials.counts[trials.main].sum()), read_as=texts[0].read_as
        ),
        "interactions": interactions.interaction_table(trials, costliest[:MOST_INTERACTING], by, units, passes=count),
        "curves": curves.fault_curves(some, by_gradient, by, passes=count),
        "keep_one": groups.keep_one(some, by, units[: len(few)], passes=count),
        "cluster_ablation": groups.clusters_off(trials, clusters, off, by, units, passes=count),
    }


def fewer(texts: Sequence[AblationText]) -> Sequence[AblationText]:
    """The first of the texts, for what would take too long on all of them."""
    return texts[: FEWER[texts[0].read_as]] if texts else texts


def passes(model: Model, texts: Sequence[AblationText]) -> int:
    """How many texts ``ablation_tables`` puts through the network, groups left out."""
    many, few, heads = len(texts), len(fewer(texts)), len(model.attention.all_heads())
    singles = (heads + (len(kinds_of(model)) - 1) * min(heads, REPEATED)) * many
    two_by_two = MOST_INTERACTING * (MOST_INTERACTING + 1) // 2 * many
    at_once = ((curves.STEPS - 2) * (curves.DRAWS + 1) + 2 + heads) * few
    return singles + two_by_two + at_once


def _trials(model: Model, texts: Sequence[AblationText], means: Outputs | None, spread: Spread | None = None) -> Trials:
    starts = [text.scored_from for text in texts]
    labels = [text.label for text in texts]
    return Trials(model, [text.pair for text in texts], means=means, scored_from=starts, labels=labels, spread=spread)
