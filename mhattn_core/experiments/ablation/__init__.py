"""What breaks when heads are switched off, over many sentences or for one pair."""

from mhattn_core.experiments.ablation.curves import fault_curves
from mhattn_core.experiments.ablation.groups import clusters_of, clusters_off, keep_one
from mhattn_core.experiments.ablation.interactions import interaction_table
from mhattn_core.experiments.ablation.pair import (
    PairLoss,
    ablate_each,
    gradient_importance,
    pair_clusters,
    pair_curves,
    pair_interactions,
    pair_keep_one,
    pair_loss,
)
from mhattn_core.experiments.ablation.quantities import quantities_of
from mhattn_core.experiments.ablation.single_head import ablation_table, each_off, gradient_table
from mhattn_core.experiments.ablation.trials import Trials

__all__ = [
    "PairLoss",
    "Trials",
    "ablate_each",
    "ablation_table",
    "clusters_of",
    "clusters_off",
    "each_off",
    "fault_curves",
    "gradient_importance",
    "gradient_table",
    "interaction_table",
    "keep_one",
    "pair_clusters",
    "pair_curves",
    "pair_interactions",
    "pair_keep_one",
    "pair_loss",
    "quantities_of",
]
