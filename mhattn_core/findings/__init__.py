"""What can be said about heads: sentence, table and chart. What a run alone can give is called by its name."""

from contextlib import suppress
from typing import Any

from mhattn_core.errors import Problem
from mhattn_core.findings.ablation.causal_verdicts import causal_verdicts
from mhattn_core.findings.ablation.curves import ablation_curve, one_head_kept
from mhattn_core.findings.ablation.effects import ablation_effects, gradient_agreement
from mhattn_core.findings.ablation.faithfulness import faithfulness, faithfulness_areas
from mhattn_core.findings.ablation.groups import group_effects
from mhattn_core.findings.ablation.interactions import head_interactions
from mhattn_core.findings.ablation.interventions import interventions
from mhattn_core.findings.ablation.knockouts import knockouts
from mhattn_core.findings.ablation.minimal_pairs import minimal_pairs
from mhattn_core.findings.ablation.patching import attribution_agreement, patching
from mhattn_core.findings.card.distances import head_distances
from mhattn_core.findings.card.effects import head_contribution, head_effect
from mhattn_core.findings.card.neighbours import head_counterparts, head_neighbours
from mhattn_core.findings.card.parts import head_parts
from mhattn_core.findings.card.sentences import head_sentences
from mhattn_core.findings.card.value import Card, card_named, head_card_of
from mhattn_core.findings.card.words import head_words
from mhattn_core.findings.circuits.weights import composed_heads, copying_heads
from mhattn_core.findings.contributions.attribution import direct_attribution
from mhattn_core.findings.contributions.heads import contributions
from mhattn_core.findings.contributions.participation import participation
from mhattn_core.findings.detectors.card import head_detectors
from mhattn_core.findings.detectors.heads import detected_heads, detector_grid
from mhattn_core.findings.heads.difference import difference_grid, difference_scatter
from mhattn_core.findings.heads.invariance import invariance, invariance_grid
from mhattn_core.findings.heads.marked_regions import marked_regions
from mhattn_core.findings.heads.nearest import nearest_heads
from mhattn_core.findings.heads.of_measures import by_depth, distributions, head_grid
from mhattn_core.findings.heads.region_difference import region_difference
from mhattn_core.findings.heads.regions import regions
from mhattn_core.findings.matching.counterparts import counterparts
from mhattn_core.findings.of_run import RunFinding
from mhattn_core.findings.overview.card import head_card
from mhattn_core.findings.overview.map import overview
from mhattn_core.findings.patterns.ideals import nearest_to_ideal
from mhattn_core.findings.patterns.parts import weight_parts
from mhattn_core.findings.patterns.types import type_grid, type_shares
from mhattn_core.findings.probes.heads import head_probes, probe_grid
from mhattn_core.findings.probes.models import probes_across_models
from mhattn_core.findings.redundancy.shares import redundant_heads
from mhattn_core.findings.relations.best import best_heads
from mhattn_core.findings.relations.heads import relation_heads
from mhattn_core.findings.relations.profile import relation_profile
from mhattn_core.findings.retrieval.heads import needles_found, retrieval_heads, retrieval_masking
from mhattn_core.findings.summarisation.agreement import segments
from mhattn_core.findings.training.curves import training, training_head
from mhattn_core.findings.training.shares import training_shares
from mhattn_core.findings.training.verdicts import training_verdicts
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.runs.run import Run

RUN_FINDINGS: dict[str, RunFinding[Any]] = {
    finding.name: finding
    for finding in (
        overview,
        head_card,
        head_grid,
        distributions,
        by_depth,
        regions,
        marked_regions,
        invariance,
        invariance_grid,
        difference_grid,
        difference_scatter,
        region_difference,
        nearest_heads,
        best_heads,
        relation_heads,
        relation_profile,
        type_grid,
        type_shares,
        detected_heads,
        detector_grid,
        retrieval_heads,
        needles_found,
        retrieval_masking,
        redundant_heads,
        counterparts,
        ablation_effects,
        gradient_agreement,
        minimal_pairs,
        knockouts,
        causal_verdicts,
        patching,
        attribution_agreement,
        interventions,
        head_interactions,
        group_effects,
        ablation_curve,
        one_head_kept,
        faithfulness,
        faithfulness_areas,
        contributions,
        direct_attribution,
        participation,
        copying_heads,
        composed_heads,
        probe_grid,
        head_probes,
        probes_across_models,
        weight_parts,
        nearest_to_ideal,
        segments,
        training,
        training_head,
        training_shares,
        training_verdicts,
        head_distances,
        head_words,
        head_sentences,
        head_parts,
        head_detectors,
        head_effect,
        head_contribution,
        head_neighbours,
        head_counterparts,
    )
}
"""What a run can give, by name, in the order in which a reader meets it. A new finding is a function and a line here.
"""

__all__ = [
    "RUN_FINDINGS",
    "Card",
    "Finding",
    "all_findings",
    "card_named",
    "finding",
    "head_card_of",
    "overview",
    "relation_profile",
]


def finding(run: Run, name: str, **choices: Any) -> Finding:
    """One finding of a run by its name, with choices such as ``model`` or ``head``.

    Raises Problem for a name, or a choice, that is not there, and where the run has not measured what it takes.
    """
    if name not in RUN_FINDINGS:
        raise Problem(
            _("“{name}” is not a finding of a run.").format(name=name),
            _("Choose one of: {names}.").format(names=listed(RUN_FINDINGS)),
        )
    RUN_FINDINGS[name].check(choices)
    return RUN_FINDINGS[name](run, **choices)


def all_findings(run: Run) -> list[Finding]:
    """All that a run can give, with nothing chosen."""
    said = []
    for one in RUN_FINDINGS.values():
        if one.given_by(run):
            with suppress(Problem):  # its table may lack what it shows with nothing chosen
                said.append(one(run))
    return said
