"""Charts: a table in, an ``alt.Chart`` out."""

from mhattn_core.charts.among_heads import among_heads
from mhattn_core.charts.arcs import arcs
from mhattn_core.charts.attention_bars import attention_bars
from mhattn_core.charts.attention_lines import attention_lines
from mhattn_core.charts.attention_matrices import attention_matrices
from mhattn_core.charts.before_after import before_after
from mhattn_core.charts.best_heads import best_heads, verdict_names
from mhattn_core.charts.best_keys import best_keys
from mhattn_core.charts.by_layer import by_layer
from mhattn_core.charts.composition import composition
from mhattn_core.charts.cosine_matrix import cosine_matrix
from mhattn_core.charts.dendrogram import dendrogram
from mhattn_core.charts.detectors import detected_heads, detector_bars
from mhattn_core.charts.distance_bars import distance_bars
from mhattn_core.charts.distance_matrix import PAIRS_DRAWN, distance_matrix
from mhattn_core.charts.distributions import by_depth, distributions
from mhattn_core.charts.edge_effects import edge_effects
from mhattn_core.charts.faithfulness import faithfulness, faithfulness_areas
from mhattn_core.charts.fault_curve import fault_curve
from mhattn_core.charts.glance import PICKED, glance
from mhattn_core.charts.group_costs import group_costs
from mhattn_core.charts.haystack import haystack, masked_retrieval
from mhattn_core.charts.head_grid import head_grid
from mhattn_core.charts.head_map import head_map
from mhattn_core.charts.head_scatter import head_scatter
from mhattn_core.charts.head_switches import head_switches
from mhattn_core.charts.heat_rows import heat_rows
from mhattn_core.charts.hit_links import found_links
from mhattn_core.charts.interactions import interactions
from mhattn_core.charts.interventions import interventions
from mhattn_core.charts.kept_heads import kept_heads
from mhattn_core.charts.knockouts import knockouts
from mhattn_core.charts.largest_changes import largest_changes
from mhattn_core.charts.lines import lines
from mhattn_core.charts.matched_heads import matched_heads
from mhattn_core.charts.matrix import CELLS_DRAWN, CELLS_WITH_TOOLTIP, LABELS_DRAWN, TALLEST, matrix
from mhattn_core.charts.minimal_pairs import minimal_pairs
from mhattn_core.charts.nearest_heads import nearest_heads
from mhattn_core.charts.overview_map import overview_map
from mhattn_core.charts.pair_matrix import pair_matrix
from mhattn_core.charts.pattern import pattern
from mhattn_core.charts.pattern_types import type_grid, type_names, type_shares, weight_parts
from mhattn_core.charts.perturbations import perturbations
from mhattn_core.charts.probes import probes
from mhattn_core.charts.profiles import profiles
from mhattn_core.charts.redundant_shares import redundant_shares
from mhattn_core.charts.region_difference import region_difference
from mhattn_core.charts.region_matrix import region_matrix
from mhattn_core.charts.regions import regions
from mhattn_core.charts.relation_profile import relation_profile
from mhattn_core.charts.row import row
from mhattn_core.charts.save import save
from mhattn_core.charts.segment_matrix import segment_matrix
from mhattn_core.charts.shares import shares
from mhattn_core.charts.small_sentences import SmallSentence, small_sentences
from mhattn_core.charts.strip import strip
from mhattn_core.charts.strongest import strongest
from mhattn_core.charts.token_bars import token_bars
from mhattn_core.charts.top_words import top_words
from mhattn_core.charts.training import training_bands, training_counts, training_lives, training_shares
from mhattn_core.charts.votes import votes
from mhattn_core.charts.waterfall import waterfall
from mhattn_core.charts.word_bars import word_bars

__all__ = [
    "CELLS_DRAWN",
    "CELLS_WITH_TOOLTIP",
    "LABELS_DRAWN",
    "PAIRS_DRAWN",
    "PICKED",
    "TALLEST",
    "SmallSentence",
    "among_heads",
    "arcs",
    "attention_bars",
    "attention_lines",
    "attention_matrices",
    "before_after",
    "best_heads",
    "best_keys",
    "by_depth",
    "by_layer",
    "composition",
    "cosine_matrix",
    "dendrogram",
    "detected_heads",
    "detector_bars",
    "distance_bars",
    "distance_matrix",
    "distributions",
    "edge_effects",
    "faithfulness",
    "faithfulness_areas",
    "fault_curve",
    "found_links",
    "glance",
    "group_costs",
    "haystack",
    "head_grid",
    "head_map",
    "head_scatter",
    "head_switches",
    "heat_rows",
    "interactions",
    "interventions",
    "kept_heads",
    "knockouts",
    "largest_changes",
    "lines",
    "masked_retrieval",
    "matched_heads",
    "matrix",
    "minimal_pairs",
    "nearest_heads",
    "overview_map",
    "pair_matrix",
    "pattern",
    "perturbations",
    "probes",
    "profiles",
    "redundant_shares",
    "region_difference",
    "region_matrix",
    "regions",
    "relation_profile",
    "row",
    "save",
    "segment_matrix",
    "shares",
    "small_sentences",
    "strip",
    "strongest",
    "token_bars",
    "top_words",
    "training_bands",
    "training_counts",
    "training_lives",
    "training_shares",
    "type_grid",
    "type_names",
    "type_shares",
    "verdict_names",
    "votes",
    "waterfall",
    "weight_parts",
    "word_bars",
]
