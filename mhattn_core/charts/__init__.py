"""Charts: a table in, an ``alt.Chart`` out."""

from mhattn_core.charts.arcs import arcs
from mhattn_core.charts.before_after import before_after
from mhattn_core.charts.best_heads import best_heads
from mhattn_core.charts.dendrogram import dendrogram
from mhattn_core.charts.distance_matrix import PAIRS_DRAWN, distance_matrix
from mhattn_core.charts.distributions import by_depth, distributions
from mhattn_core.charts.glance import PICKED, glance
from mhattn_core.charts.head_grid import head_grid
from mhattn_core.charts.head_map import head_map
from mhattn_core.charts.lines import lines
from mhattn_core.charts.matrix import CELLS_DRAWN, CELLS_WITH_TOOLTIP, LABELS_DRAWN, matrix
from mhattn_core.charts.nearest_heads import nearest_heads
from mhattn_core.charts.pattern import pattern
from mhattn_core.charts.pattern_types import type_grid, type_names, type_shares
from mhattn_core.charts.profiles import profiles
from mhattn_core.charts.row import row
from mhattn_core.charts.save import save
from mhattn_core.charts.strip import strip
from mhattn_core.charts.strongest import strongest

__all__ = [
    "CELLS_DRAWN",
    "CELLS_WITH_TOOLTIP",
    "LABELS_DRAWN",
    "PAIRS_DRAWN",
    "PICKED",
    "arcs",
    "before_after",
    "best_heads",
    "by_depth",
    "dendrogram",
    "distance_matrix",
    "distributions",
    "glance",
    "head_grid",
    "head_map",
    "lines",
    "matrix",
    "nearest_heads",
    "pattern",
    "profiles",
    "row",
    "save",
    "strip",
    "strongest",
    "type_grid",
    "type_names",
    "type_shares",
]
